/** Compares what the engine found with what a page expects, as sentences; none means that the page is right. */
import type { Finding } from '../../server/src/engine.js';
import type { Fix } from '../../server/src/rules/rule.js';
import type { Range } from '../../server/src/syntax/ir.js';
import { type Columns, columnOf, type MarkedCode, type Marker } from './markers.js';

interface Place extends Columns {
	/** 0-based. */
	readonly line: number;
}

/** Place of a range of `code`; one that spans lines ends with its first line, since carets stand under one line. */
export function placeOf(code: string, range: Range): Place {
	const lineStart = code.lastIndexOf('\n', range.start - 1) + 1;
	const newline = code.indexOf('\n', range.start);
	const lineEnd = newline < 0 ? code.length : newline;
	const text = code.slice(lineStart, lineEnd);
	return {
		line: code.slice(0, lineStart).split('\n').length - 1,
		start: columnOf(text, range.start - lineStart),
		end: columnOf(text, Math.min(range.end, lineEnd) - lineStart),
	};
}

const samePlace = (place: Place, marker: Marker) =>
	place.line === marker.line && place.start === marker.columns.start && place.end === marker.columns.end;

function matches(marker: Marker, finding: Finding, code: string): boolean {
	return (
		marker.rule === finding.rule &&
		marker.severity === finding.severity &&
		finding.message.includes(marker.message) &&
		[...marker.tags].sort().join() === [...finding.tags].sort().join() &&
		samePlace(placeOf(code, finding), marker)
	);
}

function describePlace(place: Place, marked: MarkedCode, firstLine: number): string {
	return `line ${firstLine + (marked.origin[place.line] ?? 0)} columns ${place.start}-${place.end}`;
}

function describeFinding(finding: Finding, marked: MarkedCode, firstLine: number): string {
	const what = [finding.rule, ...finding.tags].join(', ');
	const text = marked.code.slice(finding.start, finding.end);
	return `${describePlace(placeOf(marked.code, finding), marked, firstLine)}: ${finding.severity}[${what}]: ${finding.message} (at \`${text}\`)`;
}

function describeMarker(marker: Marker, marked: MarkedCode, firstLine: number): string {
	const what = [marker.rule, ...marker.tags].join(', ');
	const place = describePlace({ line: marker.line, ...marker.columns }, marked, firstLine);
	return `${place}: ${marker.severity ?? marker.kind}[${what}]: ${marker.message}`;
}

function judgeRelated(marker: Marker, marked: MarkedCode, findings: readonly Finding[]): boolean {
	return findings
		.filter((finding) => finding.rule === marker.rule)
		.flatMap((finding) => finding.related)
		.some((related) => samePlace(placeOf(marked.code, related), marker) && related.message.includes(marker.message));
}

/**
 * @param marked the block
 * @param findings what the engine found in `marked.code`
 * @param firstLine line of the page (1-based) on which the block's text starts
 */
export function judge(marked: MarkedCode, findings: readonly Finding[], firstLine: number): string[] {
	const complaints: string[] = [];
	const left = new Set(findings);
	for (const marker of marked.markers) {
		const said = describeMarker(marker, marked, firstLine);
		if (marker.kind === 'related') {
			if (!judgeRelated(marker, marked, findings)) complaints.push(`no finding points here: ${said}`);
			continue;
		}
		if (marker.kind === 'todo') {
			const found = findings.find(
				(finding) => finding.rule === marker.rule && placeOf(marked.code, finding).line === marker.line,
			);
			if (found !== undefined) {
				complaints.push(`a known gap is closed, drop its "todo": ${said}`);
				left.delete(found);
			}
			continue;
		}
		const found = [...left].find((finding) => matches(marker, finding, marked.code));
		if (found !== undefined) left.delete(found);
		else if (marker.kind === 'todo-silent') complaints.push(`a known false finding is gone, drop its marker: ${said}`);
		else complaints.push(`expected, not found: ${said}`);
	}
	for (const finding of left) complaints.push(`found, not expected: ${describeFinding(finding, marked, firstLine)}`);
	return complaints;
}

/** The text with the fix's edits applied; edits must not overlap. */
export function applyFix(text: string, fix: Fix): string {
	const edits = [...fix.edits].sort((a, b) => b.start - a.start || b.end - a.end);
	let result = text;
	let limit = text.length;
	for (const edit of edits) {
		if (edit.end > limit || edit.start > edit.end) throw new Error(`edits of "${fix.title}" overlap`);
		result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
		limit = edit.start;
	}
	return result;
}

/** More rounds than any example has findings: a fix that never ends is an error. */
const MOST_FIXES = 50;

export interface Fixed {
	readonly text: string;
	readonly applied: readonly Fix[];
}

/** Applies the first fix of one finding of `rule` after the other, analysing again each time. */
export function fixAll(text: string, rule: string, analyse: (text: string) => readonly Finding[]): Fixed {
	const applied: Fix[] = [];
	let current = text;
	for (;;) {
		const fix = analyse(current).find((finding) => finding.rule === rule && finding.fixes.length > 0)?.fixes[0];
		if (fix === undefined) return { text: current, applied };
		if (applied.length === MOST_FIXES) throw new Error(`"${fix.title}" is offered again and again`);
		current = applyFix(current, fix);
		applied.push(fix);
	}
}
