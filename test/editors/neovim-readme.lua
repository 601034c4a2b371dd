-- nvim --headless --clean -n -S neovim-readme.lua FILE OTHER
-- Runs the configuration of the README (file in SNIPPET) and prints how many clients there are after opening files anew.
local function tell(value) io.stdout:write(vim.json.encode(value) .. '\n') end
local function fail(why) tell({ failed = why }) vim.cmd('cquit 1') end
local function found() return vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 20) end

vim.cmd('filetype on')
dofile(vim.env.SNIPPET)
for _, file in ipairs(vim.json.decode(vim.env.FILES)) do
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  if not found() then fail('no diagnostics in ' .. file) end
  vim.diagnostic.reset()
  vim.cmd('edit!')
  if not found() then fail('no diagnostics after :e in ' .. file) end
end
tell({ clients = #vim.lsp.get_active_clients() })
vim.cmd('qa!')
