/** A map whose clones share their entries until one of them is written to. */
export class CopyOnWriteMap<K, V> implements Map<K, V> {
	private own: Map<K, V>;
	/** Others may read the same entries. */
	private isShared: boolean;

	/** @param own the entries; @param isShared others have them as well */
	constructor(own: Map<K, V> = new Map(), isShared = false) {
		this.own = own;
		this.isShared = isShared;
	}

	clone(): CopyOnWriteMap<K, V> {
		this.isShared = true;
		return new CopyOnWriteMap(this.own, true);
	}

	/** Neither was written to since the one was cloned from the other. */
	sharesWith(other: CopyOnWriteMap<K, V>): boolean {
		return this.own === other.own;
	}

	get size(): number {
		return this.own.size;
	}

	get [Symbol.toStringTag](): string {
		return this.own[Symbol.toStringTag];
	}

	get(key: K): V | undefined {
		return this.own.get(key);
	}

	has(key: K): boolean {
		return this.own.has(key);
	}

	set(key: K, value: V): this {
		this.written().set(key, value);
		return this;
	}

	delete(key: K): boolean {
		return this.own.has(key) && this.written().delete(key);
	}

	clear(): void {
		this.own = new Map();
		this.isShared = false;
	}

	keys(): MapIterator<K> {
		return this.own.keys();
	}

	values(): MapIterator<V> {
		return this.own.values();
	}

	entries(): MapIterator<[K, V]> {
		return this.own.entries();
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.own[Symbol.iterator]();
	}

	forEach(visit: (value: V, key: K, map: Map<K, V>) => void): void {
		for (const [key, value] of this.own) visit(value, key, this);
	}

	private written(): Map<K, V> {
		if (this.isShared) {
			this.own = new Map(this.own);
			this.isShared = false;
		}
		return this.own;
	}
}
