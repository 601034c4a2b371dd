import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { CONVERTING } from '../../conversion/blockers.js';
import { tool } from '../../version.js';
import { type Answer, bounded } from './answer.js';
import { wholeLines } from './frames.js';
import { audit, check, explain, type Served } from './tools.js';
import { Refused } from './within.js';

/** Bytes of a message: a text of the largest file there may be, escaped. */
const MESSAGE = 25_000_000;
/** Calls that wait: more than any client has at once. */
const WAITING = 20;

const path = z.string().min(1).max(4096);
const kernel = z
	.string()
	.regex(/^\d{1,2}\.\d{1,3}(\.\d{1,4})?$/)
	.optional()
	.describe('Kernel of files outside a tree, such as 6.12');
const rule = z.string().max(100).optional().describe('Only this rule');

/**
 * Serves the tools over the standard streams, one call after the other.
 * @returns 0, once the client has closed the stream and all its calls are answered
 */
export async function serve(served: Served): Promise<number> {
	const server = new McpServer(
		{ name: tool.name, version: tool.version },
		{
			instructions:
				'Checks Linux kernel C for mistakes in acquiring and releasing user pages. Answers start with a summary line.',
		},
	);
	const turns = new Turns();
	const answering =
		<Asked>(tell: (served: Served, asked: Asked) => Promise<Answer>) =>
		(asked: Asked, { signal }: { readonly signal: AbortSignal }): Promise<CallToolResult> =>
			turns.take(async () => {
				signal.throwIfAborted();
				return tell(served, asked).then(
					(answer) => ({ content: [{ type: 'text' as const, text: bounded(answer) }] }),
					(error: unknown) => {
						if (!(error instanceof Refused)) console.error(error);
						const [reason = '', ...remarks] = (error instanceof Error ? error.message : String(error)).split('\n');
						return { isError: true, content: [{ type: 'text' as const, text: bounded({ summary: reason, remarks }) }] };
					},
				);
			});

	server.registerTool(
		'check',
		{
			description:
				'Mistakes with user pages in a path of the folder, in a C text, or those that a patch brings to the folder',
			inputSchema: z.strictObject({
				path: path.optional().describe('File or folder; with text: the name it goes by'),
				text: z.string().optional(),
				patch: z.string().optional().describe('A diff, a mail, or an mbox'),
				rule,
				kernel,
			}),
			annotations: { readOnlyHint: true, openWorldHint: false },
		},
		answering(check),
	);
	server.registerTool(
		'explain',
		{
			description:
				'A rule, function, FOLL_* flag or verdict by its name; or the paths of the pages at the path and line of a finding',
			inputSchema: z.strictObject({
				name: z.string().min(1).max(200).optional(),
				path: path.optional(),
				line: z.number().int().min(1).optional(),
				kernel,
			}),
			annotations: { readOnlyHint: true, openWorldHint: false },
		},
		answering(explain),
	);
	server.registerTool(
		'audit',
		{
			description: 'Every call that acquires user pages, with a verdict; with convert: those of a rule as pins',
			inputSchema: z.strictObject({
				path: path.optional(),
				convert: z.enum([...CONVERTING.keys()] as [string, ...string[]]).optional(),
				write: z.boolean().optional().describe('Write the conversions; without it they are a diff'),
				kernel,
			}),
			annotations: { readOnlyHint: !served.write, destructiveHint: served.write, openWorldHint: false },
		},
		answering(audit),
	);

	const { stdin, stdout } = process;
	const fail = (code: number, message: string, id = 'null'): void =>
		void stdout.write(`{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}\n`);
	server.server.onerror = (error) => {
		if (error instanceof SyntaxError) fail(-32700, 'not JSON');
		else if (error.name.endsWith('ZodError')) fail(-32600, 'not a message of JSON-RPC 2.0');
		else console.error(error.message);
	};
	const lines = wholeLines(MESSAGE, (id) => fail(-32600, `larger than ${MESSAGE / 1_000_000} MB`, id));
	await server.connect(new StdioServerTransport(lines, stdout, { maxBufferSize: 2 * MESSAGE }));
	// nobody reads the rest
	stdout.on('error', () => process.exit(0));
	stdin.on('error', () => lines.end());
	stdin.pipe(lines);
	await new Promise((ended) => lines.once('end', ended));
	await turns.idle();
	return 0;
}

/** Lets one call work at a time: the parser and the processor are shared. */
class Turns {
	#last: Promise<unknown> = Promise.resolve();
	#waiting = 0;

	/** @throws Error where too many wait */
	async take<Result>(work: () => Promise<Result>): Promise<Result> {
		if (this.#waiting >= WAITING) throw new Error(`busy: ${WAITING} calls wait already`);
		this.#waiting++;
		const turn = this.#last.then(work);
		this.#last = turn.catch(() => {}).finally(() => this.#waiting--);
		return turn;
	}

	/** All calls that were taken are answered. */
	async idle(): Promise<void> {
		while (this.#waiting > 0) await this.#last;
		// the answer is written behind the turn
		await new Promise((written) => setImmediate(written));
	}
}
