/** The statements that take pages, and what they do where they fail. */
import { block, lines, when } from './c.js';
import type { Batch, Passes } from './holder.js';
import { take } from './pages.js';
import type { Parts } from './parts.js';

/** What is done where the taking fails: it leaves, or not where control goes on to the end. */
export interface Leaving {
	/** Nothing is held. */
	readonly free: string;
	/** There is what was taken so far, which is to be released. */
	readonly release: string;
}

const FAILED = 'ret < 0 ? ret : -EFAULT';

/** The one call, and the test behind it. @param good what is done where all pages are there; else control goes on */
export function takeBatch(
	parts: Parts,
	{ wanted, into }: Batch,
	leave: (result: string) => string,
	good?: string,
): string {
	const call = parts.locked(take(parts.form.kind, 'addr', wanted, into));
	const bad = lines(shortOf(parts, wanted), leave(FAILED));
	if (good !== undefined) return lines(call, when(`ret == ${wanted}`, good, bad));
	return lines(call, when(`ret != ${wanted}`, bad));
}

/** Fewer pages than asked for: what is done with them. */
function shortOf(parts: Parts, wanted: string): string {
	if (parts.mistake === 'short return') return '';
	if (parts.mistake === 'overrun') return parts.releaseTaken(wanted);
	return wanted === '1' ? '' : when('ret > 0', parts.releaseTaken('ret'));
}

/** The loop. */
export function takeInPasses(parts: Parts, taking: Passes, leave: Leaving): string {
	const fail = parts.mistake === 'short return' ? lines(parts.holder.discard, leave.free) : leave.release;
	const { overrun, overrunsAll } = taking;
	const isOver = parts.mistake === 'overrun';
	return block(
		taking.head,
		taking.before?.(leave.release),
		parts.locked(taking.call(parts.form.kind)),
		when(
			taking.failed,
			lines(
				isOver ? overrun(parts.style(false)) : '',
				taking.undo,
				`ret = ${FAILED};`,
				isOver && overrunsAll ? lines(parts.holder.discard, leave.free) : fail,
			),
		),
		taking.store(parts.style(false), leave.release),
	);
}
