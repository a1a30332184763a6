-- where somebody goes again and again
select a.person_id, a.shop, count(*) as visits
from visits a join visits b on a.shop = b.shop
group by all having count(*) >= 2
