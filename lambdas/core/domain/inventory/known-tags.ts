/** Of what nobody knows the tags, in words. */
export const tagsNotKnown = (what: string): string => `the tags of ${what} are not known yet`;
