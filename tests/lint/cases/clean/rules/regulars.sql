-- where somebody goes again and again
select person_id, shop, count(*) as visits
from visits
group by all having count(*) >= 2
