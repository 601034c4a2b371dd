/** The rules of the protocol, kept between the transport and the connection: what breaks them never reaches a handler. */
import {
	AbstractMessageReader,
	type DataCallback,
	type Disposable,
	ErrorCodes,
	LogMessageNotification,
	Message,
	type MessageReader,
	MessageType,
	type MessageWriter,
	type NotificationMessage,
	type RequestMessage,
	ResponseError,
	type ResponseMessage,
} from 'vscode-languageserver';
import { isRecord } from './client.js';
import { wrongParams } from './params.js';
import { SECTION } from './settings.js';

/** `starting`: `initialize` has come and is not answered yet. */
type Phase = 'uninitialized' | 'starting' | 'running' | 'shut down';

/** Both ends of a connection that keeps the rules. */
export interface Transport {
	readonly reader: MessageReader;
	readonly writer: MessageWriter;
}

/**
 * Lets through what the protocol allows at this moment, with params of the right shape.
 * Other requests are answered with an error: ServerNotInitialized before `initialize`, InvalidRequest for a second one and after
 * `shutdown`, InvalidParams. Other notifications are dropped; the client's log says so where their params are wrong.
 */
export class ProtocolReader extends AbstractMessageReader {
	readonly #source: MessageReader;
	readonly #writer: MessageWriter;
	#phase: Phase = 'uninitialized';
	/** Of the `initialize` that is being answered. */
	#initialize: RequestMessage['id'] = null;
	/** What came while the server starts. */
	#waiting: Message[] = [];
	/** Requests that are not answered yet. */
	readonly #open = new Set<RequestMessage['id']>();
	#ended = false;
	#deliver: DataCallback = () => undefined;
	readonly #heard: (message: Message) => void;

	private constructor(source: MessageReader, writer: MessageWriter, heard: (message: Message) => void) {
		super();
		this.#source = source;
		this.#writer = writer;
		this.#heard = heard;
	}

	/**
	 * Puts the rules between a transport and the connection.
	 * @param heard called with whatever comes
	 */
	static over(
		{ reader, writer }: Transport,
		heard: (message: Message) => void = () => undefined,
	): Transport & { readonly reader: ProtocolReader } {
		const checked = new ProtocolReader(reader, writer, heard);
		return {
			reader: checked,
			writer: {
				onError: writer.onError,
				onClose: writer.onClose,
				write: async (message) => {
					await writer.write(message);
					checked.#sent(message);
				},
				end: () => writer.end(),
				dispose: () => writer.dispose(),
			},
		};
	}

	/** `shutdown` has come: the server may end. */
	get hasShutDown(): boolean {
		return this.#phase === 'shut down';
	}

	override listen(callback: DataCallback): Disposable {
		this.#deliver = callback;
		this.#source.onClose(() => this.#end());
		this.#source.onError((error) => {
			if (error instanceof ResponseError) this.#refuse(null, error);
			else this.fireError(error);
		});
		return this.#source.listen((message) => {
			this.#heard(message);
			this.#received(message);
		});
	}

	#received(message: Message): void {
		if (this.#phase === 'starting') this.#waiting.push(message);
		else this.#take(message);
	}

	#take(message: Message): void {
		if (Message.isResponse(message)) this.#deliver(message);
		else if (Message.isRequest(message)) this.#request(message);
		else if (Message.isNotification(message)) this.#notification(message);
		// an id without a method is an answer of ours that the connection can tell apart
		else if (isRecord(message) && 'id' in message && !('method' in message)) this.#deliver(message);
		else this.#refuse(idOf(message), new ResponseError(ErrorCodes.InvalidRequest, NO_MESSAGE));
	}

	#request(message: RequestMessage): void {
		const error = this.#objection(message);
		if (error) return this.#refuse(message.id, error);
		if (message.method === 'initialize') {
			this.#phase = 'starting';
			this.#initialize = message.id;
		} else if (message.method === 'shutdown') this.#phase = 'shut down';
		this.#open.add(message.id);
		this.#deliver(withoutProgress(message));
	}

	#objection({ method, params }: RequestMessage): ResponseError<void> | undefined {
		const isInitialize = method === 'initialize';
		if (this.#phase === 'shut down')
			return new ResponseError(ErrorCodes.InvalidRequest, `${method} came after shutdown: only exit may follow`);
		if (this.#phase === 'running' && isInitialize)
			return new ResponseError(ErrorCodes.InvalidRequest, 'the server is initialized already');
		if (this.#phase === 'uninitialized' && !isInitialize)
			return new ResponseError(ErrorCodes.ServerNotInitialized, `${method} came before initialize`);
		const wrong = wrongParams(method, params);
		return wrong === undefined ? undefined : new ResponseError(ErrorCodes.InvalidParams, invalid(method, wrong));
	}

	#notification(message: NotificationMessage): void {
		const { method, params } = message;
		if (method !== 'exit') {
			if (this.#phase !== 'running') return;
			const wrong = wrongParams(method, params);
			if (wrong !== undefined) return this.#tell(`${invalid(method, wrong)}; the notification is dropped`);
		}
		this.#deliver(message);
	}

	/** An answer is out. That to `initialize` lets the server run, or be asked again. */
	#sent(message: Message): void {
		if (!Message.isResponse(message)) return;
		this.#open.delete(message.id);
		if (this.#phase === 'starting' && message.id === this.#initialize) {
			this.#phase = message.error ? 'uninitialized' : 'running';
			const waiting = this.#waiting;
			this.#waiting = [];
			for (const one of waiting) this.#received(one);
		}
		if (this.#ended) this.#end();
	}

	/** Nothing more will come: what has come is answered first, where that does not take long. */
	#end(): void {
		if (this.#open.size === 0) this.fireClose();
		else if (!this.#ended) setTimeout(() => this.fireClose(), GRACE);
		this.#ended = true;
	}

	#refuse(id: ResponseMessage['id'], error: ResponseError<void>): void {
		this.#write({ jsonrpc: '2.0', id, error: error.toJson() } as ResponseMessage);
	}

	#tell(message: string): void {
		const { method } = LogMessageNotification.type;
		this.#write({ jsonrpc: '2.0', method, params: { type: MessageType.Warning, message } } as NotificationMessage);
	}

	#write(message: Message): void {
		// a client that is gone is told of by the transport
		this.#writer.write(message).catch(() => undefined);
	}
}

/**
 * Requests of our own alone tell how far they are. For the token of any other the library would keep a reporter that nobody ends.
 */
function withoutProgress(message: RequestMessage): RequestMessage {
	if (message.method.startsWith(`${SECTION}/`) || !isRecord(message.params)) return message;
	const { workDoneToken: _, ...params } = message.params;
	return { ...message, params };
}

/** Milliseconds to answer in when the client has gone. */
const GRACE = 3_000;

const NO_MESSAGE = 'neither a request nor a notification nor a response; batches are no part of the protocol';

function invalid(method: string, field: string): string {
	return `${method}: ${field} is missing or not what the protocol asks for`;
}

/** null where there is none that an answer could name. */
function idOf(message: unknown): ResponseMessage['id'] {
	const id = isRecord(message) ? message.id : undefined;
	return typeof id === 'string' || typeof id === 'number' ? id : null;
}
