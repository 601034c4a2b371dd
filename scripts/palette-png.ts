/** PNG with few colours: a picture of an editor is text on a plain ground, and needs a fifth of the bytes so. */
import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];

/**
 * @param pixels red, green, blue and alpha of each, by row
 * @param most colours, at most 16
 */
export function palettePng(pixels: Uint8Array, width: number, height: number, most: number): Buffer {
	const palette = paletteOf(pixels, most);
	const row = Math.ceil(width / 2) + 1;
	const packed = Buffer.alloc(row * height);
	const known = new Map<number, number>();
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const colour = colourAt(pixels, 4 * (y * width + x));
			const key = (colour[0] << 16) | (colour[1] << 8) | colour[2];
			const index = known.get(key) ?? nearest(palette, colour);
			known.set(key, index);
			const at = y * row + 1 + (x >> 1);
			packed[at] = (packed[at] ?? 0) | (index << (x & 1 ? 0 : 4));
		}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	// four bits a pixel, of a palette
	head.set([4, 3], 8);
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', head),
		chunk('PLTE', Buffer.from(palette.flat())),
		chunk('IDAT', deflateSync(packed, { level: 9, memLevel: 9 })),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(data.length, 0);
	body.copy(framed, 4);
	framed.writeUInt32BE(crc32(body), body.length + 4);
	return framed;
}

function colourAt(pixels: Uint8Array, at: number): Colour {
	return [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
}

function distance(a: Colour, b: Colour): number {
	return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function nearest(palette: readonly Colour[], colour: Colour): number {
	let best = 0;
	for (let i = 1; i < palette.length; i++)
		if (distance(palette[i] as Colour, colour) < distance(palette[best] as Colour, colour)) best = i;
	return best;
}

/** The most frequent colour, then always the one that is missed most: far from the others, or frequent. */
function paletteOf(pixels: Uint8Array, most: number): Colour[] {
	const counts = new Map<number, { readonly colour: Colour; count: number }>();
	for (let at = 0; at < pixels.length; at += 4) {
		const colour = colourAt(pixels, at);
		const key = (colour[0] << 16) | (colour[1] << 8) | colour[2];
		const known = counts.get(key);
		if (known) known.count++;
		else counts.set(key, { colour, count: 1 });
	}
	const all = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 4096);
	const palette: Colour[] = all.slice(0, 1).map(({ colour }) => colour);
	while (palette.length < Math.min(most, all.length)) {
		const missed = ({ colour, count }: (typeof all)[number]) =>
			Math.min(...palette.map((one) => distance(one, colour))) * Math.sqrt(count);
		palette.push(all.reduce((a, b) => (missed(b) > missed(a) ? b : a)).colour);
	}
	return palette;
}
