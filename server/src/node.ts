/**
 * Entry of the language server for every editor: `node dist/server.js --stdio`, or `--node-ipc` from VS Code.
 * Its worker threads run the same file.
 */
import { isMainThread } from 'node:worker_threads';
import { serveAudit } from './audit/worker.js';
import { serveNode } from './lsp/node.js';

// The standard output belongs to the protocol: what a library prints must not get in, from no thread.
console.log = console.info = console.debug = console.error;
if (isMainThread) serveNode(new URL(import.meta.url));
else serveAudit();
