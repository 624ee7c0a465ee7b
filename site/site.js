// What the pages do with JavaScript: search, and copy code. Without it every page can be reached by links.
"use strict";

// The library and the texts are loaded when the search is first used, as scripts: pages may be read from a disk.
((me) => {
	const form = document.getElementById("search");
	const query = document.getElementById("query");
	const list = document.getElementById("found");
	const told = document.getElementById("told");
	const MOST = 12;
	const COMMON = new Set(["socket", "tcp", "ip", "ipv6", "udp"]);
	let search = null;
	let loading = null;
	let rows = [];
	let at = -1;

	form.hidden = false;

	const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

	function load(address) {
		return new Promise((resolve, reject) => {
			const script = document.createElement("script");
			script.src = address;
			script.onload = resolve;
			script.onerror = reject;
			document.head.append(script);
		});
	}

	// "reuse" means SO_REUSEADDR before SCTP_REUSE_PORT, and both before what has the word behind another.
	function nearness(id, term, row) {
		const rest = plain(row.n).replace(/^[^_]*_/, "");
		return (COMMON.has(row.l) ? 4 : 1) * (rest === term ? 4 : rest.startsWith(term) ? 2 : 1);
	}

	async function begin() {
		await load(me.dataset.top + "minisearch.min.js");
		await load(me.dataset.here + "pages.js");
		// A name is found by each of its words, and as it is written: TCP_NODELAY, nodelay.
		const index = new MiniSearch({
			idField: "u",
			fields: ["n", "a", "l", "s", "w", "t"],
			storeFields: ["u", "n", "l", "s"],
			tokenize: (text) => text.split(/[\s\p{P}=<>|]+/u).concat(text.match(/\w+_\w+/g) || []),
			processTerm: (term) => plain(term) || null,
			searchOptions: {
				boost: { n: 12, a: 6, w: 6, s: 3, l: 2 },
				prefix: true,
				boostDocument: nearness,
				combineWith: "AND",
			},
		});
		index.addAll(SOCKOPT_PAGES);
		search = index;
	}

	function marked(text, terms) {
		const node = document.createDocumentFragment();
		const low = plain(text);
		const term = terms.find((word) => low.length === text.length && low.includes(word));
		if (!term) {
			node.append(text);
			return node;
		}
		const from = low.indexOf(term);
		const mark = document.createElement("mark");
		mark.append(text.slice(from, from + term.length));
		node.append(text.slice(0, from), mark, text.slice(from + term.length));
		return node;
	}

	function choose(index) {
		at = index;
		[...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
		if (at < 0)
			query.removeAttribute("aria-activedescendant");
		else {
			query.setAttribute("aria-activedescendant", "found-" + at);
			list.children[at].scrollIntoView({ block: "nearest" });
		}
	}

	function close() {
		list.hidden = true;
		query.setAttribute("aria-expanded", "false");
		choose(-1);
	}

	function item(row, i, terms) {
		const made = document.createElement("li");
		made.id = "found-" + i;
		made.setAttribute("role", "option");
		made.setAttribute("aria-selected", "false");
		const name = document.createElement("code");
		name.append(marked(row.n, terms));
		const level = document.createElement("span");
		level.className = "level";
		level.append(row.l);
		const tells = document.createElement("span");
		tells.className = "tells";
		tells.append(marked(row.s, terms));
		made.append(name, level, tells);
		made.addEventListener("mousedown", (event) => event.preventDefault());
		made.addEventListener("mousemove", () => at !== i && choose(i));
		made.addEventListener("click", () => go(i));
		return made;
	}

	function show() {
		const words = query.value.trim();
		if (!search || !words) {
			close();
			told.textContent = "";
			return;
		}
		const terms = plain(words).split(/\s+/);
		let all = search.search(words);
		// What is found as it is written comes alone; misspelt words are looked for only where that is little.
		if (all.length < 3)
			all = search.search(words, { fuzzy: (term) => (term.length > 4 ? 0.2 : false) });
		rows = all.slice(0, MOST);
		list.replaceChildren(...rows.map((row, i) => item(row, i, terms)));
		const data = form.dataset;
		told.textContent = all.length === 0 ? data.none : all.length === 1 ? data.one : data.many.replace("%d", all.length);
		list.hidden = rows.length === 0;
		query.setAttribute("aria-expanded", String(rows.length > 0));
		choose(rows.length ? 0 : -1);
	}

	function go(index) {
		location.href = me.dataset.here + rows[index].u;
	}

	function need() {
		loading = loading || begin();
		return loading.then(show, () => { form.hidden = true; });
	}

	query.addEventListener("focus", need);
	query.addEventListener("input", need);
	query.addEventListener("blur", close);
	form.addEventListener("submit", (event) => event.preventDefault());
	query.addEventListener("keydown", (event) => {
		const last = rows.length - 1;
		if (event.key === "Escape") {
			if (list.hidden)
				query.blur();
			close();
			query.value = "";
		} else if (list.hidden || event.isComposing) {
			return;
		} else if (event.key === "ArrowDown") {
			choose(at === last ? 0 : at + 1);
		} else if (event.key === "ArrowUp") {
			choose(at <= 0 ? last : at - 1);
		} else if (event.key === "Enter" && at >= 0) {
			go(at);
		} else {
			return;
		}
		event.preventDefault();
	});
	document.addEventListener("keydown", (event) => {
		if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName))
			return;
		event.preventDefault();
		query.focus();
		query.select();
	});
})(document.currentScript);

// A button beside each piece of code.
((words) => {
	if (!navigator.clipboard)
		return;
	document.querySelectorAll("dl.code pre").forEach((pre) => {
		const button = document.createElement("button");
		button.className = "copy";
		button.append(words.copy);
		button.addEventListener("click", async () => {
			await navigator.clipboard.writeText(pre.textContent);
			button.textContent = words.copied;
			document.getElementById("told").textContent = words.copied;
			setTimeout(() => { button.textContent = words.copy; }, 1500);
		});
		const label = pre.parentNode.previousElementSibling;
		if (label)
			button.setAttribute("aria-label", `${words.copy}: ${label.textContent}`);
		pre.after(button);
	});
})(document.currentScript.dataset);
