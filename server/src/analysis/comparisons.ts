/** Comparison operators and what becomes of them. */
type Operators = Readonly<Record<string, string>>;

/** Where the comparison is false: `a < b` is `a >= b`. */
export const NEGATED: Operators = { '<': '>=', '>': '<=', '<=': '>', '>=': '<', '==': '!=', '!=': '==' };

/** With the sides exchanged: `a < b` is `b > a`. */
export const FLIPPED: Operators = { '<': '>', '>': '<', '<=': '>=', '>=': '<=', '==': '==', '!=': '!=' };
