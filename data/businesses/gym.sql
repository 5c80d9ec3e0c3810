CREATE TEMP MACRO rnd(seed, i) AS (hash('gym' || seed || i::VARCHAR) % 99991)::DOUBLE / 99991;
CREATE TEMP MACRO one_of(l, x, skew) AS l[1 + least(floor(pow(x, skew) * len(l))::INT, len(l)::INT - 1)];

CREATE TABLE clubs (
  club_id INTEGER PRIMARY KEY, club_name VARCHAR NOT NULL, city VARCHAR NOT NULL, opened_on DATE NOT NULL, closed_on DATE,
  floor_area_sqm INTEGER, has_pool BOOLEAN NOT NULL, monthly_rent DECIMAL(10,2)
);
CREATE TABLE plans (
  plan_id INTEGER PRIMARY KEY, plan_name VARCHAR NOT NULL, monthly_fee DECIMAL(8,2) NOT NULL, min_term_months INTEGER, classes_included BOOLEAN NOT NULL
);
CREATE TABLE members (
  member_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, gender VARCHAR, birth_date DATE, email VARCHAR,
  home_club_id INTEGER NOT NULL REFERENCES clubs (club_id), joined_on DATE NOT NULL, referred_by INTEGER REFERENCES members (member_id)
);
CREATE TABLE memberships (
  membership_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members (member_id), plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
  started_on DATE NOT NULL, ended_on DATE, end_reason VARCHAR
);
CREATE TABLE trainers (
  trainer_id INTEGER PRIMARY KEY, trainer_name VARCHAR NOT NULL, club_id INTEGER NOT NULL REFERENCES clubs (club_id), specialty VARCHAR NOT NULL,
  hourly_rate DECIMAL(6,2) NOT NULL, hired_on DATE NOT NULL, left_on DATE, mentor_id INTEGER REFERENCES trainers (trainer_id)
);
CREATE TABLE classes (
  class_id INTEGER PRIMARY KEY, class_name VARCHAR NOT NULL, category VARCHAR NOT NULL, club_id INTEGER NOT NULL REFERENCES clubs (club_id),
  trainer_id INTEGER REFERENCES trainers (trainer_id), starts_at TIMESTAMP NOT NULL, duration_minutes INTEGER NOT NULL, capacity INTEGER NOT NULL, is_cancelled BOOLEAN NOT NULL
);
CREATE TABLE bookings (
  booking_id INTEGER PRIMARY KEY, class_id INTEGER NOT NULL REFERENCES classes (class_id), member_id INTEGER NOT NULL REFERENCES members (member_id),
  booked_at TIMESTAMP NOT NULL, status VARCHAR NOT NULL
);
CREATE TABLE check_ins (
  check_in_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members (member_id), club_id INTEGER NOT NULL REFERENCES clubs (club_id),
  checked_in_at TIMESTAMP NOT NULL, minutes_stayed INTEGER
);
CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members (member_id), payment_type VARCHAR NOT NULL, due_on DATE NOT NULL,
  paid_on DATE, amount DECIMAL(8,2) NOT NULL, method VARCHAR NOT NULL, status VARCHAR NOT NULL
);
COMMENT ON COLUMN clubs.closed_on IS 'NULL: still open';
COMMENT ON COLUMN clubs.monthly_rent IS 'GBP a month; NULL: own building';
COMMENT ON COLUMN plans.monthly_fee IS 'GBP a month';
COMMENT ON COLUMN plans.min_term_months IS 'NULL: can be ended at any time';
COMMENT ON TABLE members IS 'Everyone ever registered. An active member has a membership with no ended_on';
COMMENT ON COLUMN members.referred_by IS 'The member who brought them; NULL: came by themselves';
COMMENT ON TABLE memberships IS 'A member who changes plan or comes back gets a new row';
COMMENT ON COLUMN memberships.ended_on IS 'Last day; NULL: still running';
COMMENT ON COLUMN memberships.end_reason IS 'Only of ended ones; plan change: went on with another plan, so no churn';
COMMENT ON COLUMN trainers.hourly_rate IS 'GBP';
COMMENT ON COLUMN trainers.left_on IS 'NULL: still works here';
COMMENT ON COLUMN trainers.mentor_id IS 'The more senior trainer who looks after them';
COMMENT ON COLUMN classes.trainer_id IS 'NULL: virtual class, shown on a screen';
COMMENT ON COLUMN classes.capacity IS 'Places';
COMMENT ON COLUMN bookings.status IS 'attended, no-show, cancelled (by the member) or waitlisted; attendance is the number of attended bookings';
COMMENT ON COLUMN check_ins.club_id IS 'The club visited, not always the home club. Visits are check-ins';
COMMENT ON COLUMN check_ins.minutes_stayed IS 'NULL: forgot to check out';
COMMENT ON TABLE payments IS 'Revenue is the amount of payments with status paid, dated by paid_on; by club: the home club of the member';
COMMENT ON COLUMN payments.paid_on IS 'NULL: not paid (failed)';
COMMENT ON COLUMN payments.amount IS 'GBP';

INSERT INTO clubs VALUES
 (1,'Deansgate','Manchester','2022-01-03',NULL,1850,true,21500),(2,'Northern Quarter','Manchester','2022-03-14',NULL,940,false,11800),
 (3,'Leith Walk','Edinburgh','2022-01-10',NULL,1320,true,14250),(4,'Headingley','Leeds','2022-05-02',NULL,1100,false,9700),
 (5,'Kelham Island','Sheffield','2022-06-20','2024-03-31',870,false,8200),(6,'Clifton','Bristol','2022-02-07',NULL,1540,true,NULL),
 (7,'Baltic Triangle','Liverpool','2022-09-05',NULL,1210,false,9100),(8,'Merchant City','Glasgow','2023-01-09',NULL,1680,true,15900),
 (9,'Cathays','Cardiff','2023-04-17',NULL,780,false,6400),(10,'Ouseburn','Newcastle','2023-09-11',NULL,NULL,false,7300),
 (11,'Stockbridge','Edinburgh','2024-02-05',NULL,990,false,10600),(12,'Finnieston','Glasgow','2024-12-02',NULL,1430,true,NULL);
INSERT INTO plans VALUES
 (1,'Basic',24.90,12,false),(2,'Plus',34.90,12,true),(3,'Premium',54.90,6,true),(4,'Off-Peak',19.50,12,false),(5,'Student',17.90,NULL,true),
 (6,'Flex',39.90,NULL,true),(7,'Family',72.00,24,true),(8,'Corporate',29.50,3,true),(9,'Founders Club',12.00,36,true);
INSERT INTO trainers VALUES
 (1,'Moira Kincaid',1,'Strength',46,'2022-01-03',NULL,NULL),
 (2,'Desmond Achebe',3,'Cycling',44,'2022-01-10',NULL,NULL),
 (3,'Priya Nambiar',6,'Yoga',48.5,'2022-02-07',NULL,NULL),
 (21,'Orla Dempsey',3,'Swimming',26.5,'2024-06-03',NULL,NULL);
INSERT INTO trainers VALUES
 (4,'Callum Reith',1,'HIIT',34,'2022-02-21',NULL,1),
 (5,'Sian Prosser',2,'Pilates',37.5,'2022-03-14','2024-06-30',1),
 (6,'Tobias Lunn',4,'Strength',35,'2022-05-02',NULL,1),
 (8,'Gareth Pugh',7,'Boxing',38,'2022-09-05',NULL,1),
 (9,'Ines Carvalho',3,'Dance',33,'2022-08-15',NULL,2),
 (11,'Freya Lindholm',8,'Yoga',41,'2023-01-09',NULL,3),
 (12,'Rory McAllister',8,'Strength',39,'2023-01-16',NULL,1),
 (13,'Kirsty Boyle',6,'Swimming',32,'2023-02-27',NULL,3),
 (15,'Hana Sato',2,'Yoga',35.5,'2023-05-08',NULL,3),
 (16,'Brendan Tully',7,'Cycling',29,'2023-07-03','2024-10-15',2),
 (18,'Lewis Armitage',4,'Cycling',28.5,'2023-10-02',NULL,2);
INSERT INTO trainers VALUES
 (7,'Yasmin Farouk',5,'HIIT',31,'2022-06-20','2024-03-31',4),
 (10,'Wesley Okoro',1,'Boxing',36.5,'2022-10-03','2023-08-31',8),
 (14,'Aled Vaughan',9,'HIIT',30.5,'2023-04-17',NULL,4),
 (17,'Nkechi Obi',10,'Dance',30,'2023-09-11',NULL,9),
 (19,'Zofia Malik',11,'Pilates',33.5,'2024-02-05',NULL,5),
 (20,'Jamal Whitlock',1,'Strength',27,'2024-04-08',NULL,4),
 (22,'Pavel Hruska',12,'Boxing',28,'2024-11-18',NULL,8);

CREATE TEMP TABLE m0 AS
WITH x AS (SELECT i::INTEGER AS id, DATE '2022-01-04' + floor(pow(rnd('jo', i), 0.85) * 1075)::INT AS d FROM range(1, 253) t(i)),
y AS (SELECT id, CASE WHEN rnd('ja', id) < 0.22 THEN make_date(year(d), 1, 3 + (id % 25)::INT) WHEN rnd('ja', id) < 0.30 THEN make_date(year(d), 9, 2 + (id % 26)::INT) ELSE d END AS joined FROM x),
z AS (SELECT *, row_number() OVER (ORDER BY joined, id)::INTEGER AS member_id FROM y)
SELECT member_id, joined, rnd('ge', member_id) AS g,
  (SELECT list(c ORDER BY c) FROM (SELECT unnest([1,1,1,1,3,3,3,6,6,2,2,8,8,4,4,7,7,5,9,10,11]) AS c) JOIN clubs ON club_id = c WHERE opened_on <= joined AND (c <> 5 OR joined < DATE '2024-02-01')) AS open_clubs
FROM z;
CREATE TEMP TABLE m1 AS
SELECT member_id,
  CASE WHEN g < 0.52 THEN (['Abigail','Bethan','Chloe','Daisy','Eilidh','Fatima','Grace','Heather','Imogen','Jasmine','Keira','Lauren','Megan','Niamh','Olivia','Poppy','Rachel','Shanice','Tilly','Zara'])[1 + ((member_id // 43) * 3 + hash(member_id) % 3)::INT * 7 % 20]
  ELSE (['Aaron','Ben','Connor','Dylan','Ewan','Finlay','George','Harry','Ibrahim','Jack','Kieran','Liam','Mohammed','Nathan','Owen','Patrick','Rhys','Samuel','Theo','Vikram'])[1 + ((member_id // 43) * 3 + hash(member_id) % 3)::INT * 7 % 20] END || ' ' ||
  ['Abbott','Baxter','Chapman','Doherty','Eastwood','Fielding','Gallagher','Hussain','Irvine','Jarvis','Kaur','Lockwood','Murphy','Nicholls','Ogden','Parekh','Quinn','Robson','Sinclair','Thornton','Underhill','Vickers','Wainwright','Yates','Aziz','Bell','Cairns','Dunbar','Ellis','Frost','Greenwood','Holt','Ingham','Khan','Lowe','Marsden','Nolan','Osborne','Pryce','Reid','Stokes','Tanner','Ward'][1 + member_id * 13 % 43] AS full_name,
  CASE WHEN g < 0.52 THEN 'female' WHEN g < 0.95 THEN 'male' END AS gender,
  CASE WHEN rnd('bn', member_id) < 0.06 THEN NULL ELSE DATE '1952-03-01' + floor(pow(rnd('bd', member_id), 0.6) * 19900)::INT END AS birth_date,
  one_of(open_clubs, rnd('hc', member_id), 1.1) AS home_club_id, joined,
  CASE WHEN member_id > 8 AND rnd('rf', member_id) < 0.31 THEN 1 + floor(pow(rnd('rw', member_id), 1.9) * CASE WHEN member_id > 200 THEN 200 WHEN member_id > 145 THEN 145 WHEN member_id > 90 THEN 90 WHEN member_id > 40 THEN 40 ELSE 8 END)::INT END AS referred_by
FROM m0 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 1 AND 8 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 9 AND 40 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 41 AND 90 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 91 AND 145 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 146 AND 200 ORDER BY member_id;
INSERT INTO members SELECT member_id, full_name, gender, birth_date, CASE WHEN rnd('en', member_id) > 0.09 THEN lower(replace(full_name, ' ', '.')) || member_id || '@' || one_of(['mailbox.example','post.example','inbox.example'], rnd('em', member_id), 1.4) END, home_club_id, joined, referred_by FROM m1 WHERE member_id BETWEEN 201 AND 252 ORDER BY member_id;

CREATE TEMP TABLE s0 AS
WITH one AS (
  SELECT member_id, joined_on AS st,
    CASE WHEN joined_on < DATE '2022-03-01' AND rnd('fo', member_id) < 0.0 THEN 9 ELSE CASE WHEN birth_date > DATE '2000-01-01' AND rnd('su', member_id) < 0.45 THEN 5 ELSE one_of([1,1,1,2,2,3,1,4,6,2,8,3,7], rnd('pl', member_id), 1.05) END END AS plan_id,
    joined_on + 60 + floor(pow(rnd('d1', member_id), 1.35) * 660)::INT AS en, 1 AS seq
  FROM members WHERE member_id % 23 <> 11),
two AS (
  SELECT member_id, CASE WHEN rnd('k2', member_id) < 0.55 THEN en + 1 ELSE en + 30 + floor(rnd('g2', member_id) * 200)::INT END AS st,
    CASE plan_id WHEN 1 THEN one_of([2,2,3,6], rnd('p2', member_id), 1.2) WHEN 2 THEN one_of([3,1,6], rnd('p2', member_id), 1) WHEN 3 THEN one_of([2,2,7], rnd('p2', member_id), 1) WHEN 5 THEN one_of([1,2,6], rnd('p2', member_id), 1) ELSE one_of([1,2,4,3], rnd('p2', member_id), 1) END AS plan_id,
    rnd('k2', member_id) < 0.55 AS direct FROM one WHERE rnd('h2', member_id) < 0.42),
two_ok AS (SELECT *, st + 50 + floor(rnd('d2', member_id) * 430)::INT AS en FROM two WHERE st < DATE '2024-12-20'),
three AS (SELECT member_id, en + 1 AS st, CASE plan_id WHEN 2 THEN 3 WHEN 3 THEN 2 WHEN 1 THEN 6 ELSE 1 END AS plan_id FROM two_ok WHERE rnd('h3', member_id) < 0.3 AND en + 1 < DATE '2024-12-20'),
al AS (
  SELECT one.member_id, one.st, one.plan_id, one.en, CASE WHEN two_ok.direct THEN 'plan change' END AS why FROM one LEFT JOIN two_ok USING (member_id)
  UNION ALL SELECT two_ok.member_id, two_ok.st, two_ok.plan_id, two_ok.en, CASE WHEN three.member_id IS NOT NULL THEN 'plan change' END FROM two_ok LEFT JOIN three USING (member_id)
  UNION ALL SELECT member_id, st, plan_id, st + 90 + floor(rnd('d3', member_id) * 400)::INT, NULL FROM three)
SELECT row_number() OVER (ORDER BY st, member_id)::INTEGER AS membership_id, member_id, plan_id, st, CASE WHEN en <= DATE '2024-12-28' THEN en END AS en,
  CASE WHEN en <= DATE '2024-12-28' THEN coalesce(why, CASE WHEN rnd('rn', member_id + plan_id * 1000) < 0.12 THEN 'no reason given' ELSE one_of(['not using it','not using it','too expensive','moved away','injury','joined a competitor'], rnd('rs', member_id * 10 + plan_id), 1.2) END) END AS why FROM al;
INSERT INTO memberships SELECT * FROM s0 ORDER BY membership_id;

INSERT INTO classes
WITH c AS (
  SELECT i::INTEGER AS i, DATE '2022-01-17' + floor(pow(rnd('cd', i), 0.75) * 1070)::INT AS d,
    one_of(['Spin Express','Power Yoga','Body Burn','Barbell Basics','Reformer Pilates','Boxfit','Zumba Party','Aqua Fit','Yin Yoga','Tabata Blast','Hill Climb Ride','Stretch & Relax'], rnd('cn', i), 1.35) AS class_name FROM range(1, 521) t(i)),
k AS (SELECT *, CASE WHEN class_name IN ('Spin Express','Hill Climb Ride') THEN 'Cycling' WHEN class_name IN ('Power Yoga','Yin Yoga','Reformer Pilates','Stretch & Relax') THEN 'Mind & Body' WHEN class_name IN ('Body Burn','Tabata Blast') THEN 'HIIT' WHEN class_name = 'Barbell Basics' THEN 'Strength' WHEN class_name = 'Boxfit' THEN 'Combat' WHEN class_name = 'Aqua Fit' THEN 'Aqua' ELSE 'Dance' END AS category FROM c),
f AS (
  SELECT k.*, trainer_id, trainers.club_id, row_number() OVER (PARTITION BY i ORDER BY hash(i * 97 + trainer_id) % 1000 + CASE WHEN (category = 'Cycling' AND specialty = 'Cycling') OR (class_name LIKE '%Yoga' AND specialty = 'Yoga') OR (class_name = 'Reformer Pilates' AND specialty = 'Pilates') OR (category = 'HIIT' AND specialty = 'HIIT') OR (category = 'Strength' AND specialty = 'Strength') OR (category = 'Combat' AND specialty = 'Boxing') OR (category = 'Dance' AND specialty = 'Dance') OR (category = 'Aqua' AND specialty = 'Swimming') THEN 0 ELSE 700 END) AS n
  FROM k JOIN trainers ON hired_on + 10 <= d AND coalesce(left_on, DATE '2025-01-31') > d AND trainer_id NOT IN (20, 22) AND (category <> 'Aqua' OR trainers.club_id IN (1, 3, 6, 8)))
SELECT row_number() OVER (ORDER BY d, i)::INTEGER, class_name, category, CASE WHEN category <> 'Aqua' AND rnd('oc', i) < 0.14 AND d > DATE '2022-04-01' THEN CASE WHEN club_id IN (1, 2) THEN 3 - club_id WHEN club_id = 3 AND d > DATE '2024-02-10' THEN 11 ELSE club_id END ELSE club_id END AS club_id, CASE WHEN category NOT IN ('Aqua') AND rnd('vi', i) < 0.07 THEN NULL ELSE trainer_id END,
  d + to_hours(one_of([18,7,19,9,12,17,20,6]::INT[], rnd('ch', i), 1.5)) + to_minutes(one_of([0,30,15,45]::INT[], rnd('cm', i), 1.8)),
  CASE WHEN class_name IN ('Spin Express','Tabata Blast') THEN 30 WHEN category = 'Mind & Body' THEN one_of([60,75,90]::INT[], rnd('du', i), 1.8) ELSE one_of([45,60,50]::INT[], rnd('du', i), 1.4) END,
  CASE WHEN class_name = 'Reformer Pilates' THEN 8 ELSE one_of([12,14,16,20,24,10]::INT[], rnd('ca', i), 1) END, rnd('cx', i) < 0.06
FROM f WHERE n = 1;

INSERT INTO bookings
WITH b AS (
  SELECT class_id, starts_at, is_cancelled, k, capacity FROM classes, range(1, 15) t(k) WHERE k <= 1 + floor(rnd('bk', class_id) * least(capacity, 9)) AND class_id % 37 <> 5),
w AS (SELECT b.*, members.member_id, row_number() OVER (PARTITION BY class_id, k ORDER BY (hash(class_id * 1009 + k * 7 + members.member_id * 31) % 1000) * CASE WHEN home_club_id = club_id THEN 0.12 ELSE 1 END * (0.25 + (members.member_id * 29 % 41) / 20.0)) AS n
  FROM (SELECT b.*, club_id FROM b JOIN classes USING (class_id)) b JOIN members ON true JOIN s0 ON s0.member_id = members.member_id AND st <= starts_at AND coalesce(en, DATE '2025-01-31') > starts_at JOIN plans ON plans.plan_id = s0.plan_id AND classes_included
  WHERE members.member_id % 17 <> 3),
u AS (SELECT DISTINCT ON (class_id, member_id) * FROM w WHERE n = 1 ORDER BY class_id, member_id, k)
SELECT row_number() OVER (ORDER BY class_id, k)::INTEGER, class_id, member_id, date_trunc('minute', starts_at - to_minutes((40 + floor(pow(rnd('bl', class_id * 100 + k), 2) * 14000))::INT)),
  CASE WHEN is_cancelled THEN 'cancelled' WHEN rnd('bs', class_id * 100 + k) < 0.71 THEN 'attended' WHEN rnd('bs', class_id * 100 + k) < 0.83 + (member_id % 7) * 0.012 THEN 'cancelled' WHEN rnd('bs', class_id * 100 + k) < 0.96 THEN 'no-show' ELSE 'waitlisted' END
FROM u;

INSERT INTO check_ins
WITH x AS (SELECT i::INTEGER AS i, 1 + floor(pow(rnd('cs', i), 1.0) * (SELECT count(*) FROM s0))::INT AS n FROM range(1, 4301) t(i)),
y AS (SELECT x.i, s0.member_id, st, coalesce(en, DATE '2024-12-30') AS fin, home_club_id FROM x JOIN s0 ON membership_id = 1 + (n * 7 + floor(rnd('cz', i) * 3)::INT) % (SELECT count(*) FROM s0) JOIN members USING (member_id) WHERE rnd('cy', s0.member_id) > 0.05 AND rnd('ck', i) < 0.15 + 0.85 * rnd('cw', s0.member_id)),
z AS (SELECT *, st + floor(pow(rnd('ci', i), 1.25) * greatest(1, fin - st))::INT AS d FROM y),
q AS (SELECT z.*, CASE WHEN rnd('co', i) < 0.85 THEN home_club_id ELSE (1 + floor(pow(rnd('cp', i), 1.4) * 11)::INT) END AS c FROM z),
r AS (SELECT q.* FROM q JOIN clubs ON club_id = c AND d >= opened_on AND d <= coalesce(closed_on, DATE '2024-12-31'))
SELECT row_number() OVER (ORDER BY d, i)::INTEGER, member_id, c, d + to_minutes((one_of([18,17,19,7,12,8,20,10,6,16,14,21]::INT[], rnd('hh', i), 1.35) * 60 + floor(rnd('mm', i) * 60))::INT),
  CASE WHEN rnd('mn', i) < 0.07 THEN NULL ELSE (18 + floor(pow(rnd('ms', i), 1.6) * 130))::INT END
FROM r;

INSERT INTO payments
WITH due AS (
  SELECT member_id, 'membership' AS payment_type, (st + to_months(k::INT))::DATE AS due_on, monthly_fee AS amount, membership_id * 100 + k AS h FROM s0 JOIN plans USING (plan_id), range(0, 36) t(k) WHERE st + to_months(k::INT) <= coalesce(en, DATE '2024-12-30') AND plan_id <> 8
  UNION ALL SELECT member_id, 'joining fee', joined_on, CASE WHEN referred_by IS NULL THEN 25 ELSE 10 END, member_id + 700000 FROM members WHERE member_id % 23 <> 11 AND rnd('jf', member_id) < 0.7
  UNION ALL SELECT member_id, 'personal training', st + floor(rnd('pd', membership_id * 50 + k) * greatest(1, coalesce(en, DATE '2024-12-20') - st))::INT, one_of([45,60,45,120,210]::DECIMAL(8,2)[], rnd('pa', membership_id * 50 + k), 1.3), 800000 + membership_id * 50 + k FROM s0, range(1, 16) t(k) WHERE k <= floor(pow(rnd('pt', member_id), 6) * 14)
  UNION ALL SELECT member_id, 'shop', st + floor(rnd('sd', membership_id * 50 + k) * greatest(1, coalesce(en, DATE '2024-12-20') - st))::INT, (250 + floor(pow(rnd('sa', membership_id * 50 + k), 3) * 6500)) / 100, 900000 + membership_id * 50 + k FROM s0, range(1, 9) t(k) WHERE k <= floor(pow(rnd('sh', member_id), 3.4) * 8)),
p AS (SELECT *, CASE WHEN payment_type = 'shop' THEN 'paid' WHEN rnd('ps', h) < 0.05 + (member_id % 9 = 4)::INT * 0.12 THEN 'failed' WHEN rnd('ps', h) > 0.985 THEN 'refunded' ELSE 'paid' END AS status, hash('pick' || h::VARCHAR) % 100 AS pick FROM due)
SELECT row_number() OVER (ORDER BY due_on, h)::INTEGER, member_id, payment_type, due_on, CASE WHEN status <> 'failed' THEN CASE WHEN payment_type = 'membership' THEN least(due_on + floor(pow(rnd('pp', h), 4) * 22)::INT, greatest(due_on, DATE '2024-12-31')) ELSE due_on END END, amount,
  CASE WHEN payment_type = 'shop' THEN one_of(['card','cash'], rnd('pm', h), 1.6) WHEN payment_type = 'membership' THEN one_of(['direct debit','direct debit','card','bank transfer'], rnd('pm', member_id), 1.5) ELSE one_of(['card','direct debit','cash'], rnd('pm', h), 1.7) END, status
FROM p;
