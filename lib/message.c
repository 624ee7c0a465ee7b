/* SPDX-License-Identifier: MIT */
/* Errors as text, in the user's language. A table, not gettext: the library has no state and links libc alone. */

#include <string.h>

#include "number.h"
#include "output.h"
#include "sockopt.h"

/** %w the caller's word, %o the option, %e the errno's text, %s the socket's states. */
static const struct sockopt_text messages[] = {
	[SOCKOPT_NO_PROBLEM] = { "no error", "sin error" },
	[SOCKOPT_NO_SUCH_OPTION] = { "'%w' is not a known socket option", "«%w» no es una opción de socket conocida" },
	[SOCKOPT_AMBIGUOUS] = { "'%w' fits several options", "«%w» corresponde a varias opciones" },
	[SOCKOPT_NO_VALUE] = { "'%w' has no value", "«%w» no tiene valor" },
	[SOCKOPT_BAD_VALUE] = { "%o: '%w' is not a value of this option", "%o: «%w» no es un valor de esta opción" },
	[SOCKOPT_WRONG_UNIT] = { "%o: '%w' has a unit that does not fit", "%o: «%w» lleva una unidad que no corresponde" },
	[SOCKOPT_OUT_OF_RANGE] = { "%o: '%w' is out of range", "%o: «%w» está fuera de rango" },
	[SOCKOPT_TOO_LONG] = { "%o: '%w' is too long", "%o: «%w» es demasiado largo" },
	[SOCKOPT_CANNOT_GET] = { "%o cannot be read, only set", "%o no se puede leer, solo fijar" },
	[SOCKOPT_CANNOT_SET] = { "%o cannot be set, only read", "%o no se puede fijar, solo leer" },
	[SOCKOPT_DOES_NOT_APPLY] = { "%o does not apply to this kind of socket: %e", "%o no es aplicable a este tipo de socket: %e" },
	[SOCKOPT_NOT_IN_KERNEL] = { "%o: this kernel does not have it on this socket: %e", "%o: este núcleo no la ofrece en este socket: %e" },
	[SOCKOPT_NOT_PERMITTED] = { "%o: %e", "%o: %e" },
	[SOCKOPT_WRONG_STATE] = { "%o: the kernel refuses it in the socket's present state: %e", "%o: el núcleo la rechaza en el estado actual del socket: %e" },
	[SOCKOPT_REFUSED] = { "%o: %e", "%o: %e" },
	[SOCKOPT_NOT_ROLLED_BACK] = { "%o could not be set back to its old value: %e", "%o no se pudo devolver a su valor anterior: %e" },
};

static void put(struct output *out, const struct sockopt_error *error, const char *format)
{
	for (; *format; format++) {
		if (*format != '%') {
			output_char(out, *format);
			continue;
		}
		format++;
		if (*format == 'w' && error->word)
			output_span(out, error->word, error->word_length);
		else if (*format == 'o' && error->option)
			output_text(out, error->option->name);
		else if (*format == 'e')
			output_text(out, strerror(error->error));
	}
}

int sockopt_message(const struct sockopt_error *error, const char *language, char *ret, size_t size)
{
	struct output out = { ret, size, 0 };
	const struct sockopt_error *shown = error;
	struct sockopt_text kernel_refused = { "%o: %e", "%o: %e" };
	struct sockopt_text text = messages[error->problem];

	/* A range error of the kernel's, not of the caller's text. */
	if (error->problem == SOCKOPT_OUT_OF_RANGE && !error->word)
		text = kernel_refused;
	put(&out, shown, sockopt_text(text, language));
	return output_end(&out);
}

static void put_list(struct output *out, const struct sockopt_option *const *options, size_t max)
{
	for (size_t i = 0; i < max && options[i]; i++) {
		if (i)
			output_text(out, ", ");
		output_text(out, options[i]->name);
	}
}

static void put_symbols(struct output *out, const struct sockopt_symbols *symbols, const char *separator)
{
	size_t prefix = strlen(symbols->prefix);

	for (size_t i = 0; i < symbols->count; i++) {
		const char *name = symbols->list[i].name;

		if (i)
			output_text(out, separator);
		if (prefix && strncmp(name, symbols->prefix, prefix) == 0)
			name += prefix;
		for (; *name; name++)
			output_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
	}
}

/** What forms a number of this unit may have. */
static struct sockopt_text forms_of(enum sockopt_unit unit)
{
	switch (unit) {
	case SOCKOPT_UNIT_S:
	case SOCKOPT_UNIT_MS:
	case SOCKOPT_UNIT_US:
	case SOCKOPT_UNIT_NS:
		return (struct sockopt_text){ "a time with ns, us, ms, s, min, h or d",
					      "un tiempo con ns, us, ms, s, min, h o d" };
	case SOCKOPT_UNIT_BYTES:
		return (struct sockopt_text){ "a size with B, KiB, MiB, GiB, kB, MB or GB",
					      "un tamaño con B, KiB, MiB, GiB, kB, MB o GB" };
	case SOCKOPT_UNIT_BYTES_PER_SECOND:
		return (struct sockopt_text){ "a rate with kbit/s, Mbit/s, Gbit/s, kB/s or MB/s, or unlimited",
					      "una tasa con kbit/s, Mbit/s, Gbit/s, kB/s o MB/s, o unlimited" };
	case SOCKOPT_UNIT_IFINDEX:
	case SOCKOPT_UNIT_IFINDEX_BE:
		return (struct sockopt_text){ "an interface's name or index", "el nombre o el índice de una interfaz" };
	case SOCKOPT_UNIT_PORT_RANGE:
		return (struct sockopt_text){ "two ports, none, or a number", "dos puertos, none o un número" };
	default:
		return (struct sockopt_text){ "a number", "un número" };
	}
}

static const char *unit_suffix(enum sockopt_unit unit)
{
	static const char *const suffixes[] = {
		[SOCKOPT_UNIT_S] = " s",
		[SOCKOPT_UNIT_MS] = " ms",
		[SOCKOPT_UNIT_US] = " us",
		[SOCKOPT_UNIT_NS] = " ns",
		[SOCKOPT_UNIT_BYTES] = " bytes",
		[SOCKOPT_UNIT_BYTES_PER_SECOND] = " B/s",
	};

	return unit <= SOCKOPT_UNIT_BYTES_PER_SECOND && suffixes[unit] ? suffixes[unit] : "";
}

static void put_ranges(struct output *out, const struct sockopt_option *option, const char *language)
{
	const struct sockopt_field *field = &option->type->fields[0];

	for (size_t i = 0; i < option->n_ranges; i++) {
		const struct sockopt_range *range = &option->ranges[i];

		output_text(out, i ? sockopt_text((struct sockopt_text){ " or ", " o " }, language) : ", ");
		output_signed(out, range->least);
		if (range->greatest != range->least) {
			output_text(out, sockopt_text((struct sockopt_text){ " to ", " a " }, language));
			if (field->scalar == SOCKOPT_SIGNED)
				output_signed(out, range->greatest);
			else
				output_unsigned(out, (uint64_t)range->greatest);
		}
	}
	if (option->n_ranges)
		output_text(out, unit_suffix(field->unit));
}

static void put_scalar_forms(struct output *out, const struct sockopt_option *option, const char *language)
{
	const struct sockopt_field *field = &option->type->fields[0];

	if (field->look == SOCKOPT_LOOK_BOOL) {
		output_text(out, sockopt_text((struct sockopt_text){ "on or off", "on u off" }, language));
	} else if (field->symbols) {
		bool flags = field->look == SOCKOPT_LOOK_FLAGS;

		put_symbols(out, field->symbols, flags ? "|" : ", ");
		output_text(out, sockopt_text((struct sockopt_text){ ", or a number", ", o un número" }, language));
	} else if (field->scalar == SOCKOPT_BYTES) {
		output_text(out, sockopt_text((struct sockopt_text){ "bytes as hex, 0x0011", "bytes en hexadecimal, 0x0011" },
					      language));
	} else if (field->scalar == SOCKOPT_STRING) {
		output_text(out, sockopt_text((struct sockopt_text){ "a text of at most ", "un texto de, como mucho, " }, language));
		output_unsigned(out, field->size - 1U);
		output_text(out, sockopt_text((struct sockopt_text){ " characters", " caracteres" }, language));
	} else if (number_is(field)) {
		output_text(out, sockopt_text(forms_of(field->unit), language));
		if (field->unit != SOCKOPT_UNIT_PORT_RANGE)
			put_ranges(out, option, language);
	} else {
		output_text(out, sockopt_text((struct sockopt_text){ "an address", "una dirección" }, language));
	}
}

static void put_fields(struct output *out, const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (i)
			output_char(out, ',');
		output_text(out, type->fields[i].name);
		output_text(out, "=");
	}
	if (type->tail) {
		output_char(out, ',');
		output_text(out, type->tail->name);
		output_text(out, "={;}");
	}
}

/** What the option takes, with its example. */
static void put_accepted(struct output *out, const struct sockopt_option *option, const char *language)
{
	output_text(out, sockopt_text((struct sockopt_text){ "accepted: ", "se acepta: " }, language));
	if (option->type->form == SOCKOPT_FORM_SCALAR)
		put_scalar_forms(out, option, language);
	else if (option->type->short_form == SOCKOPT_SHORT_PROGRAM)
		output_text(out, sockopt_text((struct sockopt_text){ "BPF instructions as hex, 8 bytes each",
								     "instrucciones BPF en hexadecimal, 8 bytes cada una" },
					      language));
	else
		put_fields(out, option->type);
	if (option->example && *option->example) {
		output_text(out, sockopt_text((struct sockopt_text){ ", such as ", ", por ejemplo " }, language));
		output_text(out, option->example);
	}
}

static void put_capabilities(struct output *out, const struct sockopt_option *option, const char *language)
{
	const struct sockopt_privilege *privilege = &option->privilege;
	const char *when = sockopt_text(privilege->when, language);

	output_text(out, sockopt_text((struct sockopt_text){ "needs ", "requiere " }, language));
	for (size_t i = 0; privilege->capabilities[i]; i++) {
		if (i)
			output_text(out, sockopt_text((struct sockopt_text){ " or ", " o " }, language));
		output_text(out, privilege->capabilities[i]);
	}
	output_text(out, privilege->initial_userns ?
				 sockopt_text((struct sockopt_text){ " in the initial user namespace",
								     " en el espacio de nombres de usuario inicial" },
					      language) :
				 sockopt_text((struct sockopt_text){ " over the socket's network namespace",
								     " sobre el espacio de nombres de red del socket" },
					      language));
	if (when) {
		output_text(out, sockopt_text((struct sockopt_text){ ", if ", ", si " }, language));
		output_text(out, when);
	}
}

static void put_kernel_lacks(struct output *out, const struct sockopt_option *option, const char *language)
{
	output_text(out, sockopt_text((struct sockopt_text){ "Linux has it since ", "Linux la tiene desde " }, language));
	output_text(out, option->since);
	for (size_t i = 0; option->config[i]; i++) {
		output_text(out, i ? ", " : sockopt_text((struct sockopt_text){ ", with ", ", con " }, language));
		output_text(out, option->config[i]);
	}
}

int sockopt_hint(const struct sockopt_error *error, const char *language, char *ret, size_t size)
{
	struct output out = { ret, size, 0 };
	const struct sockopt_option *option = error->option;

	switch (error->problem) {
	case SOCKOPT_NO_SUCH_OPTION:
		if (error->near[0])
			output_text(&out, sockopt_text((struct sockopt_text){ "nearest: ", "parecidas: " }, language));
		put_list(&out, error->near, 4);
		break;
	case SOCKOPT_AMBIGUOUS:
		output_text(&out, sockopt_text((struct sockopt_text){ "write one of ", "escriba una de " }, language));
		put_list(&out, error->near, 4);
		break;
	case SOCKOPT_NO_VALUE:
		if (!option || !option->example) {
			output_text(&out, sockopt_text((struct sockopt_text){ "write OPTION=VALUE, such as TCP_NODELAY=on",
									      "escriba OPCIÓN=VALOR, por ejemplo TCP_NODELAY=on" },
						       language));
			break;
		}
		output_text(&out, sockopt_text((struct sockopt_text){ "write OPTION=VALUE, such as ",
								      "escriba OPCIÓN=VALOR, por ejemplo " },
					       language));
		output_text(&out, option->name);
		output_char(&out, '=');
		output_text(&out, option->example);
		break;
	case SOCKOPT_BAD_VALUE:
	case SOCKOPT_WRONG_UNIT:
	case SOCKOPT_OUT_OF_RANGE:
	case SOCKOPT_TOO_LONG:
		if (option)
			put_accepted(&out, option, language);
		break;
	case SOCKOPT_NOT_PERMITTED:
		put_capabilities(&out, option, language);
		break;
	case SOCKOPT_WRONG_STATE:
		if (option->late.en)
			output_text(&out, sockopt_text(option->late, language));
		break;
	case SOCKOPT_NOT_IN_KERNEL:
		if (option->since)
			put_kernel_lacks(&out, option, language);
		break;
	default:
		break;
	}
	return output_end(&out);
}
