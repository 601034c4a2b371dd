-- nvim --headless --clean -n FILE -S neovim.lua
-- Opens a file with the built-in client and prints what it gets, one JSON object a line. Works from Neovim 0.7 on.
-- The environment says what to do: SERVER (command, JSON), HOVER (word), LINE (from 1) and FIX (part of a title).
local function tell(value) io.stdout:write(vim.json.encode(value) .. '\n') end
local function fail(why) tell({ failed = why }) vim.cmd('cquit 1') end
local function await(what, done) if not vim.wait(20000, done, 20) then fail(what) end end

local buf = vim.api.nvim_get_current_buf()
vim.bo[buf].filetype = 'c'
local id = vim.lsp.start_client({ name = 'gup-lens', cmd = vim.json.decode(vim.env.SERVER), root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(buf, id)
local function client() return vim.lsp.get_client_by_id(id) end
await('server', function() return client() and client().server_capabilities and client().initialized end)
await('diagnostics', function() return #vim.diagnostic.get(buf) > 0 end)

local names = { 'error', 'warning', 'information', 'hint' }
local function report()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(buf)) do
    local code = d.code or (d.user_data and d.user_data.lsp and d.user_data.lsp.code)
    table.insert(found, { line = d.lnum + 1, rule = code, severity = names[d.severity], message = d.message })
  end
  tell({ diagnostics = found })
end
report()

local function cursor_on(word, line)
  vim.api.nvim_win_set_cursor(0, { line or 1, 0 })
  if vim.fn.search('\\V' .. word, 'c') == 0 then fail('no ' .. word) end
end

cursor_on(vim.env.HOVER)
local hover = vim.lsp.buf_request_sync(buf, 'textDocument/hover', vim.lsp.util.make_position_params(), 10000)
if not (hover and hover[id] and hover[id].result) then fail('hover') end
local contents = hover[id].result.contents
tell({ hover = contents.value or contents })

local line = tonumber(vim.env.LINE)
vim.api.nvim_win_set_cursor(0, { line, 0 })
local params = vim.lsp.util.make_range_params()
params.range['end'] = { line = line, character = 0 }
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buf, line - 1) }
local answer = vim.lsp.buf_request_sync(buf, 'textDocument/codeAction', params, 10000)
local actions = answer and answer[id] and answer[id].result or {}
local titles, chosen = {}, nil
for _, action in ipairs(actions) do
  table.insert(titles, action.title)
  if chosen == nil and action.title:find(vim.env.FIX, 1, true) then chosen = action end
end
tell({ actions = titles })
if chosen == nil then fail('no action "' .. vim.env.FIX .. '"') end
if not chosen.edit then
  local resolved = vim.lsp.buf_request_sync(buf, 'codeAction/resolve', chosen, 10000)
  chosen = resolved[id].result
end
local before = #vim.diagnostic.get(buf)
vim.lsp.util.apply_workspace_edit(chosen.edit, client().offset_encoding or 'utf-16')
await('a diagnostic less', function() return #vim.diagnostic.get(buf) < before end)
vim.cmd('write')
report()
vim.cmd('qa!')
