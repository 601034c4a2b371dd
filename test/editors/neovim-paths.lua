-- Runs the command of docs/paths.md inside Neovim and prints the quickfix list as JSON.
dofile(os.getenv('SNIPPET'))
vim.cmd('edit ' .. vim.fn.fnameescape(os.getenv('FILE')))
local id = vim.lsp.start_client({ name = 'gup-lens', cmd = vim.fn.json_decode(os.getenv('SERVER')), root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, id)
vim.wait(10000, function() return vim.lsp.get_client_by_id(id).initialized end, 20)
vim.api.nvim_win_set_cursor(0, { tonumber(os.getenv('LINE')), 8 })
vim.cmd('GupPaths')
vim.wait(20000, function() return #vim.fn.getqflist() > 0 end, 20)
local told = {}
for _, item in ipairs(vim.fn.getqflist()) do
  table.insert(told, { line = item.lnum, text = item.text })
end
vim.cmd('cfirst')
vim.cmd('cnext')
io.stdout:write(vim.fn.json_encode({ steps = told, line = vim.api.nvim_win_get_cursor(0)[1] }) .. '\n')
vim.cmd('qall!')
