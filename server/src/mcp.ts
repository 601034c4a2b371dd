/** Entry of the bundle with the Model Context Protocol, which `gup-lens mcp` alone loads. */
export { serve } from './cli/mcp/serve.js';
