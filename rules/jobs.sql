-- What the people somebody works for do.
select p.person_id, e.name as employer, e.sector
from people p
join employers e on e.employer_id = p.employer_id
