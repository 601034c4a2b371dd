/** Core code that may reach into user memory for a moment without a pin. */

/**
 * The function is core code in the sense of the audit: memory management, scheduling, tracing, exec, core dumps, security
 * modules and the architecture's own kernel folder.
 * @param path relative to the kernel tree where there is one, "/" separators
 * @param area top-level folder of the kernel
 */
export function isCore(path: string, area: string): boolean {
	if (area === 'kernel' || area === 'mm' || area === 'security') return true;
	return /(?:^|\/)(?:fs\/(?:exec|coredump)\.c$|arch\/\w+\/kernel\/)/.test(path);
}
