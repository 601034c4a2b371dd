" vim -es -u SNIPPET -S vim.vim
" Opens FILE with the configuration given as vimrc, asks about HOVER, takes the first code action of LINE from the standard input, and
" writes what it gets to the file TOLD, one JSON object a line.
function! Tell(key, value) abort
  call writefile([json_encode({a:key: a:value})], $TOLD, 'a')
endfunction
function! Await(what, Done) abort
  let l:turns = 0
  while !a:Done() && l:turns < 1000
    sleep 20m
    let l:turns += 1
  endwhile
  if !a:Done()
    call Tell('failed', a:what)
    cquit
  endif
endfunction
function! Shown() abort
  return map(getloclist(0), '{"line": v:val.lnum, "message": v:val.text, "severity": v:val.type}')
endfunction

filetype on
let g:ale_hover_to_preview = 1
execute 'edit ' . fnameescape($FILE)
call Await('diagnostics', {-> !empty(getloclist(0))})
call Tell('diagnostics', Shown())

call search('\<' . $HOVER . '(')
ALEHover
call Await('hover', {-> !empty(filter(getwininfo(), 'getwinvar(v:val.winid, "&previewwindow")'))})
let preview = filter(getwininfo(), 'getwinvar(v:val.winid, "&previewwindow")')[0]
call Tell('hover', join(getbufline(preview.bufnr, 1, '$'), "\n"))

let line = str2nr($LINE)
let before = getline(line)
call cursor(line, 3)
ALECodeAction
call Await('a changed line', {-> getline(g:line) !=# g:before})
" ex mode tells nobody that text has changed: ALE looks again when it is written
write
call Await('a diagnostic less', {-> index(map(Shown(), 'v:val.line'), g:line) < 0})
call Tell('diagnostics', Shown())
qall!
