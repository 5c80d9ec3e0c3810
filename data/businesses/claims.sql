-- nst_claims: claims handling of the insurer "Brightwater Mutual"
CREATE TEMP MACRO h(i, salt, n) AS (hash(i * 4871 + salt * 60013) % n)::INTEGER;

CREATE TYPE line AS ENUM ('motor', 'home', 'travel', 'pet');
CREATE TYPE claim_state AS ENUM ('open', 'in_review', 'paid', 'rejected', 'withdrawn');

CREATE TABLE adjusters (
  adjuster_id INTEGER PRIMARY KEY,
  name        VARCHAR NOT NULL,
  office      VARCHAR NOT NULL,
  skills      VARCHAR[],
  limits      MAP(VARCHAR, INTEGER),
  hired_on    DATE,
  remote      BOOLEAN
);
COMMENT ON COLUMN adjusters.limits IS 'largest amount in pounds that the adjuster may settle alone, by line (motor, home, travel, pet); a missing line = may not handle it alone';
INSERT INTO adjusters VALUES
 (1,'Harriet Coles','Norwich',['fraud','motor','negotiation'],MAP {'motor':15000,'home':5000},DATE '2016-04-11',false),
 (2,'Devinder Sahota','Birmingham',['home','water damage'],MAP {'home':25000},DATE '2018-09-03',false),
 (3,'Owain Price','Cardiff',['motor','total loss'],MAP {'motor':20000,'pet':1500},DATE '2019-01-21',true),
 (4,'Lucy Amoah','Norwich',['travel','medical'],MAP {'travel':8000,'pet':3000},DATE '2020-11-16',true),
 (5,'Callum Reid','Glasgow',['home','fire','fraud'],MAP {'home':40000,'travel':2500},DATE '2015-06-29',false),
 (6,'Ewa Zielinska','Birmingham',['pet','medical','travel'],MAP {'pet':4000,'travel':6000},DATE '2022-02-14',NULL),
 (7,'Tom Hargreaves','Cardiff',['motor'],MAP {'motor':6000},DATE '2022-07-11',false),
 (8,'Priyanka Nair','Glasgow',['motor','fraud','total loss'],MAP {'motor':30000,'home':10000,'travel':3000},DATE '2017-03-06',true),
 (9,'Ffion Gethin','Cardiff',[],NULL,DATE '2025-06-02',false),
 (10,'Simon Dacre','Norwich',NULL,MAP {'home':8000,'pet':2000},DATE '2021-05-17',true);

CREATE TABLE holders (
  holder_id INTEGER PRIMARY KEY,
  name      VARCHAR NOT NULL,
  born      DATE,
  address   STRUCT(street VARCHAR, city VARCHAR, postcode VARCHAR, region VARCHAR),
  contact   STRUCT(email VARCHAR, phone VARCHAR),
  flags     VARCHAR[],
  since     DATE NOT NULL
);
COMMENT ON COLUMN holders.flags IS 'vip, vulnerable, late_payer, paperless, fraud_watch; empty or NULL if none';
INSERT INTO holders
SELECT i, (['Alice','Mohammed','Rosie','Gareth','Imogen','Stuart','Bethan','Kwame','Niamh','Edward','Chidi','Sheila','Patrick','Hana'])[1 + i % 14] || ' ' || (['Thornton','Begum','Llewellyn','McAllister','Whitlock','Osei','Farrow','Jennings','Kerr','Baptiste','Hughes'])[1 + (i * 3 + i // 14) % 11],
  CASE WHEN h(i,1,13) > 0 THEN DATE '1942-03-01' + h(i,2,22500) END,
  {'street': (1 + h(i,3,180))::VARCHAR || ' ' || (['High Street','Station Road','Church Lane','Victoria Terrace','Mill Hill','Beech Close'])[1 + h(i,4,6)], 'city': (['Norwich','Ipswich','Birmingham','Coventry','Cardiff','Swansea','Glasgow','Dundee','Leeds'])[1 + h(i,5,9)],
   'postcode': CASE WHEN h(i,6,11) > 0 THEN (['NR3','IP2','B14','CV5','CF10','SA1','G12','DD2','LS6'])[1 + h(i,5,9)] END, 'region': (['East','East','Midlands','Midlands','Wales','Wales','Scotland','Scotland','Yorkshire'])[1 + h(i,5,9)]},
  CASE WHEN h(i,7,15) > 0 THEN {'email': CASE WHEN h(i,8,5) > 0 THEN 'holder' || i || (['@mailbox.co.uk','@postie.com','@inbox.uk'])[1 + h(i,9,3)] END, 'phone': CASE WHEN h(i,10,4) > 0 THEN '07' || (100000000 + h(i,11,800000000))::VARCHAR END} END,
  CASE h(i,12,9) WHEN 0 THEN NULL WHEN 1 THEN ['vip'] WHEN 2 THEN ['late_payer'] WHEN 3 THEN ['paperless'] WHEN 4 THEN ['paperless','vip'] WHEN 5 THEN ['vulnerable','paperless'] WHEN 6 THEN ['late_payer','fraud_watch'] ELSE [] END,
  DATE '2019-01-01' + h(i,13,2100)
FROM generate_series(1, 150) t(i);

CREATE TABLE policies (
  policy_id  INTEGER PRIMARY KEY,
  policy_no  VARCHAR NOT NULL UNIQUE,
  holder_id  INTEGER NOT NULL REFERENCES holders(holder_id),
  line       line NOT NULL,
  starts     DATE NOT NULL,
  ends       DATE NOT NULL,
  premium    DECIMAL(8,2) NOT NULL,
  terms      STRUCT(excess INTEGER, cover_limit INTEGER, addons VARCHAR[]),
  insured    JSON
);
COMMENT ON COLUMN policies.premium IS 'yearly premium in pounds';
COMMENT ON COLUMN policies.terms IS 'excess = part of a loss that the holder bears, cover_limit = most that we pay (pounds), addons = extra cover bought';
COMMENT ON COLUMN policies.insured IS 'depends on line. motor: make, model_year, mileage, driver{age,ncd_years}. home: type, built, rooms, alarm{fitted,brand}. travel: zone, days, people, sports. pet: species, breed, age, vet{name,chip}. ncd_years = years of no-claims discount';
INSERT INTO policies
SELECT i, (['MO','MO','HO','HO','TR','PE'])[k] || '-' || (10000 + i * 37)::VARCHAR, hid, (['motor','motor','home','home','travel','pet'])[k]::line, st, st + CASE WHEN k = 5 THEN 14 + h(i,24,40) ELSE 365 END,
  CASE k WHEN 5 THEN 28 + h(i,25,160) WHEN 6 THEN 140 + h(i,25,380) ELSE 210 + h(i,25,1100) END + h(i,26,100) / 100.0,
  CASE WHEN h(i,27,18) > 0 THEN {'excess': ([0,100,100,250,250,500])[1 + h(i,28,6)], 'cover_limit': CASE k WHEN 5 THEN 10000 WHEN 6 THEN 4000 WHEN 1 THEN 20000 WHEN 2 THEN 35000 ELSE 90000 END, 'addons': CASE h(i,29,4) WHEN 0 THEN [] WHEN 1 THEN ['legal cover'] WHEN 2 THEN ['legal cover',(['breakdown','courtesy car','accidental damage','bike cover','cancellation','dental'])[k]] ELSE [(['breakdown','courtesy car','accidental damage','bike cover','cancellation','dental'])[k]] END} END,
  CASE WHEN k < 3 THEN to_json({'make': (['Ford','Vauxhall','Kia','Skoda','Tesla','Nissan'])[1 + h(i,30,6)], 'model_year': 2009 + h(i,31,16), 'mileage': CASE WHEN h(i,32,9) > 0 THEN 2500 + h(i,33,98000) END, 'driver': {'age': 18 + h(i,34,62), 'ncd_years': h(i,35,12)}})
   WHEN k < 5 THEN to_json({'type': (['flat','terrace','semi','detached','bungalow'])[1 + h(i,30,5)], 'built': 1890 + h(i,31,133), 'rooms': 2 + h(i,32,7), 'alarm': {'fitted': h(i,33,3) > 0, 'brand': CASE WHEN h(i,33,3) > 0 THEN (['Yale','Ring','Texecom'])[1 + h(i,34,3)] END}})
   WHEN k = 5 THEN to_json({'zone': (['Europe','Europe','Worldwide','UK'])[1 + h(i,30,4)], 'days': 4 + h(i,31,20), 'people': 1 + h(i,32,5), 'sports': CASE WHEN h(i,33,4) = 0 THEN ['skiing'] WHEN h(i,33,4) = 1 THEN ['diving','surfing'] ELSE [] END})
   ELSE to_json({'species': (['dog','dog','cat','rabbit'])[1 + h(i,30,4)], 'breed': (['Cockapoo','Whippet','Bengal','Dutch'])[1 + h(i,30,4)], 'age': h(i,31,14), 'vet': {'name': (['Paws & Co','Riverside Vets','Castle Vets'])[1 + h(i,32,3)], 'chip': h(i,33,5) > 0}}) END
FROM (SELECT i, 1 + h(i,20,140) AS hid, 1 + h(i,21,6) AS k, DATE '2023-01-01' + h(i,22,880) AS st FROM generate_series(1, 340) g(i)) x;

CREATE TABLE claims (
  claim_id    INTEGER PRIMARY KEY,
  claim_no    VARCHAR NOT NULL UNIQUE,
  policy_id   INTEGER NOT NULL REFERENCES policies(policy_id),
  adjuster_id INTEGER REFERENCES adjusters(adjuster_id),
  lost_on     DATE NOT NULL,
  reported_at TIMESTAMP NOT NULL,
  state       claim_state NOT NULL,
  causes      VARCHAR[],
  parts       STRUCT(kind VARCHAR, claimed DOUBLE, approved DOUBLE)[],
  details     JSON,
  closed_on   DATE
);
COMMENT ON COLUMN claims.adjuster_id IS 'NULL = not assigned yet';
COMMENT ON COLUMN claims.parts IS 'positions of the claim in pounds; approved is NULL while undecided';
COMMENT ON COLUMN claims.details IS 'filled in by the intake form: channel (app, web, phone, broker), police_ref (null if none), severity 1-5, place{city,abroad}, score (fraud score 0-1, null if not scored), injured (people, may be missing)';
INSERT INTO claims
SELECT i, 'C' || extract(year FROM lost)::VARCHAR || '-' || lpad(i::VARCHAR, 4, '0'), pid, CASE WHEN h(i,41,12) > 0 THEN (CASE ln WHEN 'motor' THEN [1,3,3,7,8,10] WHEN 'home' THEN [2,2,5,5,10,1] WHEN 'travel' THEN [4,4,6,8,5,4] ELSE [4,6,6,10,3,1] END)[1 + h(i,42,6)] END,
  lost, lost::TIMESTAMP + to_minutes(180 + h(i,43,20000) // (1 + h(i,44,4))), st::claim_state,
  CASE WHEN h(i,45,16) = 0 THEN NULL ELSE (CASE ln WHEN 'motor' THEN [['collision'],['collision','weather'],['theft'],['vandalism'],['glass'],['fire']] WHEN 'home' THEN [['water leak'],['storm','water leak'],['theft','vandalism'],['fire'],['storm'],['glass']] WHEN 'travel' THEN [['illness'],['cancellation','illness'],['lost luggage'],['theft'],['cancellation'],['delay','lost luggage']] ELSE [['illness'],['injury'],['illness','surgery'],['injury','surgery'],['theft'],['injury']] END)[1 + h(i,46,6)] END,
  list_transform(range(0, 1 + h(i,47,3)), lambda k: {'kind': (['repair','replacement','labour','medical','hire','other'])[1 + h(i * 5 + k,48,6)], 'claimed': (40 + h(i * 5 + k,49,50) * (1 + h(i,50,70)))::DOUBLE, 'approved': CASE st WHEN 'paid' THEN round((40 + h(i * 5 + k,49,50) * (1 + h(i,50,70))) * ([1.0,0.9,0.75,0.5])[1 + h(i * 5 + k,51,4)], 2) WHEN 'rejected' THEN 0.0 END}),
  CASE WHEN h(i,52,22) = 0 THEN NULL WHEN h(i,53,5) = 0 THEN
     to_json({'channel': (['phone','broker'])[1 + h(i,54,2)], 'police_ref': CASE WHEN h(i,55,3) = 0 THEN 'PR' || (1000 + h(i,56,9000))::VARCHAR END, 'severity': 1 + h(i,57,5), 'place': {'city': (['Norwich','Leeds','Paris','Cardiff'])[1 + h(i,58,4)], 'abroad': h(i,58,4) = 2}, 'score': CASE WHEN h(i,59,4) > 0 THEN h(i,60,100) / 100.0 END, 'injured': h(i,61,4)})
   ELSE to_json({'channel': (['app','app','web','phone'])[1 + h(i,54,4)], 'police_ref': CASE WHEN h(i,55,4) = 0 THEN 'PR' || (1000 + h(i,56,9000))::VARCHAR END, 'severity': 1 + h(i,57,4), 'place': {'city': (['Birmingham','Glasgow','Malaga','Swansea','Ipswich','Lisbon'])[1 + h(i,58,6)], 'abroad': h(i,58,6) IN (2,5)}, 'score': CASE WHEN h(i,59,4) > 0 THEN h(i,60,75) / 100.0 END}) END,
  CASE WHEN st IN ('paid','rejected','withdrawn') THEN lost + 16 + h(i,62,90) END
FROM (SELECT g.i, pid, ln, starts + h(g.i,64,least(ends, DATE '2025-06-20') - starts) AS lost, (CASE WHEN starts + h(g.i,64,least(ends, DATE '2025-06-20') - starts) > DATE '2025-03-01' THEN ['open','in_review','open','in_review'] ELSE ['paid','paid','rejected','withdrawn','paid','in_review','paid','rejected'] END)[1 + h(g.i,63,4) + CASE WHEN starts + h(g.i,64,least(ends, DATE '2025-06-20') - starts) > DATE '2025-03-01' THEN 0 ELSE h(g.i,65,5) END] AS st
  FROM generate_series(1, 420) g(i) JOIN (SELECT policy_id AS pid, line AS ln, starts, ends FROM policies WHERE policy_id % 9 > 0) p ON pid = 1 + h(g.i,40,340));

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  claim_id   INTEGER NOT NULL REFERENCES claims(claim_id),
  paid_on    DATE NOT NULL,
  amount     DECIMAL(9,2) NOT NULL,
  payee      STRUCT(name VARCHAR, role VARCHAR),
  method     VARCHAR
);
COMMENT ON COLUMN payments.amount IS 'pounds; negative = money claimed back';
COMMENT ON COLUMN payments.payee IS 'role: holder, garage, vet, contractor';
INSERT INTO payments
SELECT row_number() OVER (ORDER BY claim_id, k)::INTEGER, claim_id, closed_on + (k * 6)::INTEGER - h(claim_id,71,5), CASE WHEN k = 2 THEN -25.50 - h(claim_id,72,60) ELSE (60 + h(claim_id * 3 + k,73,2400)) + 0.25 * h(claim_id + k,74,4) END,
  CASE h(claim_id * 3 + k,75,5) WHEN 0 THEN NULL WHEN 1 THEN {'name':(['Kwikmend Garage','Autobody East'])[1 + h(claim_id,76,2)],'role':'garage'} WHEN 2 THEN {'name':(['Castle Vets','Riverside Vets'])[1 + h(claim_id,76,2)],'role':'vet'} WHEN 3 THEN {'name':(['DryRight Ltd','Roofline','GlassNow'])[1 + h(claim_id,76,3)],'role':'contractor'} ELSE {'name':'policyholder','role':'holder'} END,
  (['bacs','bacs','cheque','card'])[1 + h(claim_id + k,77,4)]
FROM claims, UNNEST(range(0, 1 + h(claim_id,70,3))) AS u(k) WHERE state = 'paid';

CREATE TABLE notes (
  note_id     INTEGER PRIMARY KEY,
  claim_id    INTEGER NOT NULL REFERENCES claims(claim_id),
  adjuster_id INTEGER REFERENCES adjusters(adjuster_id),
  written_at  TIMESTAMP NOT NULL,
  spent       INTERVAL,
  topics      VARCHAR[],
  attachments STRUCT(name VARCHAR, kb INTEGER)[]
);
COMMENT ON COLUMN notes.spent IS 'working time booked with the note';
COMMENT ON COLUMN notes.adjuster_id IS 'author; NULL = written by the system';
INSERT INTO notes
SELECT i, claim_id, CASE WHEN h(i,81,6) > 0 THEN coalesce(CASE WHEN h(i,82,5) > 0 THEN adjuster_id END, 1 + h(i,83,8)) END, reported_at + to_minutes(30 + h(i,84,60000) % greatest(date_diff('minute', reported_at, TIMESTAMP '2025-06-30 20:00:00'), 60)), CASE WHEN h(i,81,6) > 0 THEN to_minutes(5 * (1 + h(i,85,18))) END,
  CASE h(i,86,7) WHEN 0 THEN ['call'] WHEN 1 THEN ['call','documents'] WHEN 2 THEN ['inspection','photos'] WHEN 3 THEN ['complaint','call'] WHEN 4 THEN ['fraud'] WHEN 5 THEN NULL ELSE ['documents'] END,
  CASE h(i,87,4) WHEN 0 THEN [{'name':'invoice.pdf','kb':80 + h(i,88,900)}] WHEN 1 THEN [{'name':'photo1.jpg','kb':900 + h(i,88,4000)},{'name':'photo2.jpg','kb':900 + h(i,89,4000)}] WHEN 2 THEN [{'name':'report.pdf','kb':150 + h(i,88,2200)},{'name':'invoice.pdf','kb':60 + h(i,89,700)},{'name':'photo1.jpg','kb':700 + h(i,90,3000)}] ELSE [] END
FROM (SELECT i, 1 + h(i,80,400) AS cid FROM generate_series(1, 900) g(i)) x JOIN claims ON claim_id = cid;
