/** Applies conversions to copies of the files and looks at what comes of it. */

import type { AssumptionViolation } from './conversion/assumptions.js';
import type { Assumptions, Conversion, ConversionOffer, Draft, Refusal } from './conversion/plan.js';
import type { AnalyseOptions, Audit, Finding, OpenFile } from './engine-types.js';
import { applyEdits } from './rules/apply.js';
import { isLessKnown, moved, newOnes } from './rules/fix-verification.js';
import type { Range } from './syntax/ir.js';
import type { SiblingFile } from './syntax/linked-unit.js';

export class ConversionVerifier {
	private readonly open: () => OpenFile;
	private readonly options: AnalyseOptions;
	private readonly object: (claims: Assumptions) => readonly AssumptionViolation[];
	/** The analysed file, and those it is analysed with. */
	private readonly before: readonly SiblingFile[];
	/** Audits of them: each is compared with for every conversion. */
	private readonly former = new Map<SiblingFile, Audit>();

	/** @param object functions that have a hand in what a conversion changes */
	constructor(
		open: () => OpenFile,
		text: string,
		options: AnalyseOptions,
		object: (claims: Assumptions) => readonly AssumptionViolation[],
	) {
		this.open = open;
		this.options = options;
		this.object = object;
		this.before = [{ path: options.path, text }, ...(options.neighbours ?? [])];
	}

	/** The offer with the conversions that hold; a refusal when none does. */
	proven(offer: ConversionOffer): ConversionOffer {
		if (offer.refusal) return offer;
		let refusal: Refusal | undefined;
		const holding = offer.conversions.filter((conversion) => {
			const [objection] = this.object(conversion.assumptions);
			const reason = objection
				? `${objection.name}() of ${objection.path} ${objection.why}`
				: this.failure(conversion, offer.sites);
			if (reason !== undefined) refusal ??= { reason, places: [] };
			return reason === undefined;
		});
		return { ...offer, conversions: holding, refusal: holding.length > 0 ? undefined : refusal };
	}

	/** The draft changes nothing that another file has a hand in, and what comes of it is right by what it presumes. */
	holds({ conversion, offer }: Draft): boolean {
		return this.object(conversion.assumptions).length === 0 && this.failure(conversion, offer.sites) === undefined;
	}

	/** What is wrong after the conversion; undefined when nothing is. */
	private failure({ edits, longterm }: Conversion, sites: readonly Range[]): string | undefined {
		const { before } = this;
		const { path } = this.options;
		const after = before.map((file) => {
			const mine = edits.filter((edit) => (edit.path ?? path) === file.path);
			return mine.length === 0 ? file : { path: file.path, text: applyEdits(file.text, mine) };
		});
		for (const [i, file] of after.entries()) {
			const old = before[i];
			if (!old || old === file) continue;
			const was = this.former.get(old) ?? this.audit(old, before);
			this.former.set(old, was);
			const is = this.audit(file, after);
			if (isLessKnown(was, is)) return `${file.path} could not be analysed afterwards`;
			const fresh = newOnes(was.findings, is.findings).find((finding) => !isKnown(finding, longterm));
			if (fresh) return `it would introduce a finding of ${fresh.rule}: ${fresh.message}`;
		}
		const [mine] = after;
		const left =
			mine &&
			this.audit(mine, after).sites.find(
				// a bug that was there before is no matter of the conversion
				({ verdict, start }) =>
					verdict !== 'ok' &&
					verdict !== 'bug' &&
					sites.some(
						(site) =>
							moved(
								site,
								edits.filter((edit) => edit.path === undefined),
							).start === start,
					),
			);
		return left && `the site would be ${left.verdict} afterwards`;
	}

	private audit(file: SiblingFile, all: readonly SiblingFile[]): Audit {
		const opened = this.open();
		const neighbours = all.filter((other) => other.path !== file.path);
		const found = opened.audit(file.text, { ...this.options, path: file.path, fixes: false, neighbours });
		opened.dispose();
		return found;
	}
}

/** A pin that is not for long says so by its choice; no conversion takes a dirtying away, so what is missing was missing before. */
function isKnown({ rule }: Finding, longterm: boolean): boolean {
	return rule === 'dirty-missing' || (rule === 'pin-without-longterm' && !longterm);
}
