/** `${Name}`, `${Name.Attribute}` or the escape `${!Literal}`. */
const VARIABLE = /\$\{(!?)([^}]+)\}/g;

/** Fn::Sub's text with its variables replaced. */
export const substitute = (text: string, valueOf: (variable: string) => string): string =>
  text.replaceAll(VARIABLE, (_match, literal: string, name: string) =>
    literal === "!" ? `\${${name}}` : valueOf(name.trim()),
  );
