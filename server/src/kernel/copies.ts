/**
 * Who gets a copy of a patch besides the maintainers of the files it changes.
 * Source: MAINTAINERS of 7.3.4 has an entry for GUP alone, older ones have the file in that for mm/; conversions that landed
 * (738adade96b2, 1ccf164ec866) went to its list. The lists alone: a driver's patch goes through its own tree.
 */

/** Of a patch that introduces pins: the lists of this file's entry. */
export const PINS_CONCERN = 'mm/gup.c';
