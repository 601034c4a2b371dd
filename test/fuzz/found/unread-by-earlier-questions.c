/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/unread-by-earlier-questions.c
 * {"failure":"incremental: an edited document answers otherwise than a fresh one","seed":3274,"target":"code","path":"fs/smb/client/file.c","kernel":"5.17","neighbours":[],"edits":[{"start":44,"end":44,"text":""}]} */
f(){put_page
s()
{iov_iter_get_pages_alloc()