// Proposes the time zone of the browser; what it does not know stays at UTC.
const field = document.getElementById("id_time_zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if ([...field.options].some((option) => option.value === own)) field.value = own;
