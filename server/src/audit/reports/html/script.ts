/** Filters the table of sites. Without it the page shows all of them. */
export const SCRIPT = `
const form = document.getElementById('filter');
const shown = document.getElementById('shown');
const rows = [...document.querySelectorAll('table.sites tbody')];
const texts = rows.map((row) => row.textContent.toLowerCase());
const apply = () => {
	const fields = new FormData(form);
	const words = fields.get('words').toLowerCase().split(/\\s+/).filter(Boolean);
	const verdicts = new Set(fields.getAll('verdict'));
	const subsystem = fields.get('subsystem');
	let count = 0;
	rows.forEach((row, i) => {
		const fits = verdicts.has(row.dataset.verdict) && (!subsystem || row.dataset.subsystem === subsystem) &&
			words.every((word) => texts[i].includes(word));
		row.hidden = !fits;
		if (fits) count++;
	});
	shown.textContent = count === rows.length ? '' : '(' + count + ' of ' + rows.length + ')';
};
form.hidden = false;
form.addEventListener('input', apply);
form.addEventListener('submit', (event) => event.preventDefault());
for (const row of document.querySelectorAll('table.chart tbody th')) {
	const button = document.createElement('button');
	button.type = 'button';
	button.title = 'show these sites';
	button.append(...row.childNodes);
	row.append(button);
	button.addEventListener('click', () => {
		form.elements.subsystem.value = button.textContent;
		apply();
		document.getElementById('sites').scrollIntoView();
	});
}
apply();
`;
