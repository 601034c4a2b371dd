import { failedChecks } from '../kernel/checks.js';
import { isExemptPath } from './exempt-paths.js';
import { atFlag, removal, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

export const follPinFromCaller: Rule = {
	meta: {
		id: 'foll-pin-from-caller',
		title: 'FOLL_PIN passed by a caller',
		severity: 'error',
		since: '5.6',
		needles: ['FOLL_PIN'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		if (isExemptPath(file)) return;
		for (const written of writtenFlags(file, ['FOLL_PIN'], () => true)) {
			const { api, call } = written.call;
			const pins = api.record.group === 'pin';
			const refused = failedChecks(call.name, file.kernel.release, new Set(['FOLL_PIN'])).length > 0;
			const twin = api.record.successor ? file.kernel.api(api.record.successor) : undefined;
			const right = pins
				? `drop it, ${call.name}() sets it itself`
				: `use ${twin?.signature && twin.record.takes === 'pin' ? twin.name : 'pin_user_pages'}(), which sets it`;
			report(
				atFlag(
					written,
					`{flag} is internal to mm/${refused ? `; ${call.name}() rejects it` : ', callers must not pass it'}; ${right}`,
					{
						fixes: pins ? removal(file, written, true) : [],
					},
				),
			);
		}
	},
};
