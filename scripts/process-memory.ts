import { readFileSync } from 'node:fs';

/** Resident memory of a process now and at its peak, in bytes. Linux only. */
export function residentMemory(pid: number): [now: number, peak: number] {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
	return [kilobytes('VmRSS') * 1024, kilobytes('VmHWM') * 1024];
}
