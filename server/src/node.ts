/** Entry of the language server for every editor: `node dist/server.js --stdio`, or `--node-ipc` from VS Code. */
import { serveNode } from './lsp/node.js';

serveNode(new URL('.', import.meta.url));
