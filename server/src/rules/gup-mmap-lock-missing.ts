import type { ApiCall } from '../analysis/context.js';
import { lockAnalysis } from '../analysis/locks.js';
import { lookupOf } from '../analysis/looked-up-mm.js';
import { shownNote, unlockedCall, unlockedState } from '../analysis/mmap-unlocked.js';
import { isNull } from '../analysis/walk.js';
import { wordsOf } from '../kernel/acquiring.js';
import { NEEDS_MMAP_LOCK } from '../kernel/locks.js';
import type { Rule } from './rule.js';

function right(call: ApiCall): string {
	const { name } = call.call;
	const [pages, vmas, locked] = [call.arg('pages'), call.arg('vmas'), call.arg('locked')];
	if (locked && !isNull(locked)) return 'acquire it before the call';
	const plain = /^(?:get|pin)_user_pages$/.test(name) && pages && !isNull(pages) && (!vmas || isNull(vmas));
	return `hold it${plain ? ` or use ${name}_fast()` : ' across the call'}`;
}

export const gupMmapLockMissing: Rule = {
	meta: {
		id: 'gup-mmap-lock-missing',
		title: 'GUP called without mmap_lock',
		severity: 'warning',
		needles: wordsOf(({ group }) => group === 'pin' || group === 'get'),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const locks = lockAnalysis(file);
		for (const call of file.calls) {
			const { fn } = call;
			const locked = call.arg('locked');
			if (!fn?.hasNoSyntaxErrors || !NEEDS_MMAP_LOCK.has(call.call.name)) continue;
			// of a prototype nobody knows the argument may be `locked`
			if (!call.shape) continue;
			const mm = call.arg('mm');
			const lookup = mm && lookupOf(fn, mm);
			const unlocked = unlockedCall(locks, fn, call.call, {
				isOwn: lookup !== undefined,
				mayDrop: locked !== undefined && !isNull(locked),
			});
			if (!unlocked) continue;
			const { shown, proven } = unlocked;
			const lock = `mmap_lock of ${mm ? file.slice(mm) : 'current->mm'}`;
			const by = lookup && !shown && !proven ? lookup : undefined;
			const how = by ? `without ${lock}` : unlockedState(lock, unlocked);
			report({
				...call.call.nameRange,
				message: `${call.call.name}() is called ${how}, racing munmap(); ${right(call)}`,
				related: [
					...(shown ? [{ start: shown.start, end: shown.end, message: shownNote(shown) }] : []),
					...(by ? [{ ...by.nameRange, message: 'the mm is looked up here, so no caller holds its lock' }] : []),
				],
			});
		}
	},
};
