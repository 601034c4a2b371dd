/** Entry of a worker thread of the audit (dist/audit.worker.js). */
import { worker } from 'workerpool';
import { Auditor, type Setting } from './audit/job.js';
import type { Methods } from './audit/pool.js';
import { scan } from './audit/scan.js';

/** A pool serves one setting; a long-lived one may see several after each other. */
let current: { readonly key: string; readonly auditor: Auditor } | undefined;

function auditorOf(setting: Setting): Auditor {
	const key = JSON.stringify(setting);
	if (current?.key !== key) current = { key, auditor: new Auditor(setting) };
	return current.auditor;
}

const methods: Methods = {
	audit: (setting, job) => auditorOf(setting).run(job),
	scan,
};
worker({ ...methods });
