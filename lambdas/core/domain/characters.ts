/** How many characters a text has, as JSON Schema counts: code points, not the UTF-16 units of `String.length`. */
export const charactersIn = (text: string): number => Array.from(text).length;
