import { worker } from 'workerpool';
import { type BackgroundMethods, background } from './background.js';
import { type AuditConfig, FileAuditor } from './file-auditor.js';
import type { Methods } from './pool.js';
import { OpenRepository } from './repository.js';

const repository = new OpenRepository();

/** Audits after each other may differ in their setting. */
let current: { readonly key: string; readonly auditor: FileAuditor } | undefined;

function auditorOf(setting: AuditConfig): FileAuditor {
	const key = JSON.stringify(setting);
	if (current?.key !== key) current = { key, auditor: new FileAuditor(setting, repository) };
	return current.auditor;
}

const methods: Methods & BackgroundMethods = {
	...background,
	audit: (setting, job) => auditorOf(setting).run(job),
	scan: (setting, ...asked) => auditorOf(setting).scan(...asked),
};

/** Makes this thread a worker of the audit. The programs run their own file once more for it. */
export function serveAudit(): void {
	worker({ ...methods });
}
