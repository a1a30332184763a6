-- Where somebody goes regularly (four days or more in eight weeks), and how strong the signal is
-- there: on their network and on ours.
select c.person_id, c.area, count(distinct c.seen_at::date) as days,
  max(t.signal) as theirs, max(o.signal) as ours
from checkins c
join people p using (person_id)
left join coverage t on t.area = c.area and t.network = p.network
left join coverage o on o.area = c.area and o.network = 'ours'
where c.seen_at >= today() - interval 8 week
group by all having days >= 4
