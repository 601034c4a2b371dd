import { Presets, SingleBar } from 'cli-progress';
import type { Stage } from '../audit/audit.js';
import type { Io } from './io.js';

const WORDS: Readonly<Record<Stage, string>> = { search: 'searching', read: 'reading' };

interface Progress {
	show(stage: Stage, done: number, total: number): void;
	/** Removes it from the terminal; may be called again. */
	end(): void;
}

/** A bar on a terminal with files, rate and time left; nothing elsewhere. */
export function progressBar(io: Io): Progress {
	if (!io.stderr.terminal) return { show() {}, end() {} };
	let current: { stage: Stage; bar: SingleBar; started: number } | undefined;
	const end = () => {
		current?.bar.stop();
		current = undefined;
	};
	return {
		show(stage, done, total) {
			if (current?.stage !== stage) {
				end();
				const format = `${WORDS[stage].padEnd(9)} {bar} {value}/{total} files  {rate}/s  {eta_formatted} left`;
				const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true, etaBuffer: 50 }, Presets.rect);
				bar.start(total, 0, { rate: '0' });
				current = { stage, bar, started: performance.now() };
			}
			const seconds = (performance.now() - current.started) / 1000;
			const rate = seconds > 0 ? Math.round(done / seconds) : 0;
			current.bar.update(done, { rate: rate.toLocaleString('en-GB') });
		},
		end,
	};
}
