-- How strong the signal is where somebody lives: on their network and on ours.
select p.person_id, max(t.signal) as theirs, max(o.signal) as ours
from people p
left join coverage t on t.area = p.home_area and t.network = p.network
left join coverage o on o.area = p.home_area and o.network = 'ours'
group by all
