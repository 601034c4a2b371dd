import { type ChildProcess, spawn } from 'node:child_process';
import { type Message, StreamMessageReader } from 'vscode-languageserver/node';
import { buildServer } from './build.js';

export interface Answer extends Message {
	readonly id?: number | string | null;
	readonly method?: string;
	readonly params?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
}

/** A server process and the bytes that go to it: for what no client's library would send. */
export class Wire {
	readonly process: ChildProcess;
	readonly received: Answer[] = [];
	/** What it said on its standard error. */
	complaint = '';
	readonly exited: Promise<number | null>;
	#heard = () => {};

	private constructor(process: ChildProcess) {
		this.process = process;
		this.exited = new Promise((resolve) => process.once('exit', resolve));
		process.stderr?.on('data', (bytes) => {
			this.complaint += bytes;
		});
		// the server may end before it has read everything
		process.stdin?.on('error', () => undefined);
		new StreamMessageReader(process.stdout as NodeJS.ReadableStream).listen((message) => {
			this.received.push(message as Answer);
			this.#heard();
		});
	}

	static async start(): Promise<Wire> {
		return new Wire(spawn(process.execPath, [await buildServer(), '--stdio'], { stdio: 'pipe' }));
	}

	/** A server that has answered `initialize`. */
	static async running(capabilities: object = {}): Promise<Wire> {
		const wire = await Wire.start();
		wire.send({ id: 'start', method: 'initialize', params: { processId: null, rootUri: null, capabilities } });
		await wire.answer('start');
		wire.send({ method: 'initialized', params: {} });
		return wire;
	}

	write(bytes: string | Buffer): void {
		this.process.stdin?.write(bytes);
	}

	/** A body with the header it should have. */
	frame(body: string): void {
		this.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
	}

	send(message: object): void {
		this.frame(JSON.stringify({ jsonrpc: '2.0', ...message }));
	}

	/** The answer with this id, waited for; null is that of answers to what had none. */
	async answer(id: number | string | null): Promise<Answer> {
		for (;;) {
			const found = this.received.find((one) => one.id === id && one.method === undefined);
			if (found) return found;
			await new Promise<void>((resolve, reject) => {
				this.#heard = resolve;
				void this.exited.then((code) => reject(new Error(`the server ended with ${code}: ${this.complaint}`)));
			});
		}
	}

	/** Asks, and waits for the answer. */
	ask(id: number, method: string, params?: unknown): Promise<Answer> {
		this.send({ id, method, ...(params === undefined ? {} : { params }) });
		return this.answer(id);
	}

	/** Ends the server as a client does. @returns its exit code */
	async end(): Promise<number | null> {
		await this.ask(1_000_000, 'shutdown');
		this.send({ method: 'exit' });
		return this.exited;
	}
}
