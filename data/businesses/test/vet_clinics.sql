-- Chain of veterinary clinics
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 151 + s) % n)::INTEGER;

CREATE TABLE clinics (
  clinic_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, opened_on DATE, exam_rooms INTEGER, emergency BOOLEAN
);
COMMENT ON COLUMN clinics.emergency IS 'has a 24-hour emergency service';
INSERT INTO clinics VALUES
 (1,'Paws Corner','Bristol','2016-04-11',5,true),(2,'Willow Vets','Bath','2018-09-03',3,false),(3,'Harbour Vets','Plymouth','2019-02-18',4,true),
 (4,'Greenfield Animal Clinic','Taunton','2021-06-07',2,false),(5,'Moorside Vets','Exeter','2020-01-13',4,false),(6,'Cathedral Vets','Exeter','2024-03-04',2,NULL);

CREATE TABLE staff (
  staff_id INTEGER PRIMARY KEY, full_name VARCHAR, role VARCHAR, clinic_id INTEGER REFERENCES clinics(clinic_id), manager_id INTEGER, hired_on DATE, left_on DATE, day_rate DECIMAL(7,2)
);
COMMENT ON COLUMN staff.clinic_id IS 'home clinic; vets also stand in at other clinics';
COMMENT ON COLUMN staff.day_rate IS 'only for locums (vets hired by the day)';
INSERT INTO staff VALUES
 (1,'Dr Helen Marsh','vet',1,NULL,'2016-04-11',NULL,NULL),(2,'Dr Imran Qureshi','vet',1,1,'2018-01-08',NULL,NULL),(3,'Dr Sally Prowse','vet',2,1,'2018-09-03',NULL,NULL),
 (4,'Dr Tom Enright','vet',3,1,'2019-02-18',NULL,NULL),(5,'Dr Beata Nowak','vet',3,4,'2021-10-04',NULL,NULL),(6,'Dr Giles Fenn','vet',4,1,'2021-06-07','2024-08-31',NULL),
 (7,'Dr Rosa Keane','vet',5,1,'2020-01-13',NULL,NULL),(8,'Dr Piotr Zielak','vet',5,7,'2023-02-01',NULL,NULL),(9,'Dr Amy Lowther','vet',6,7,'2024-03-04',NULL,NULL),
 (10,'Dr Colin Stamp','vet',NULL,NULL,'2023-05-15',NULL,420),(11,'Dr Freya Holt','vet',NULL,NULL,'2024-07-01',NULL,390),
 (12,'Jess Tully','nurse',1,1,'2017-03-20',NULL,NULL),(13,'Mark Oduya','nurse',1,1,'2022-05-09',NULL,NULL),(14,'Carys Bevan','nurse',2,3,'2019-11-11',NULL,NULL),
 (15,'Nell Harker','nurse',3,4,'2020-08-24','2025-03-31',NULL),(16,'Sam Whitlock','nurse',4,6,'2021-06-07',NULL,NULL),(17,'Ivy Sandhu','nurse',5,7,'2021-01-18',NULL,NULL),
 (18,'Paul Greaves','nurse',6,9,'2024-04-15',NULL,NULL),(19,'Olga Petrenko','receptionist',1,1,'2019-07-01',NULL,NULL),(20,'Dan Mistry','receptionist',2,3,'2022-10-03','2023-12-22',NULL),
 (21,'Lucy Farrow','receptionist',3,4,'2019-02-18',NULL,NULL),(22,'Hannah Roe','receptionist',5,7,'2020-01-13',NULL,NULL),(23,'Ben Castle','receptionist',4,6,'2024-01-08',NULL,NULL),(24,'Dr Nina Abara','vet',2,3,'2025-05-12',NULL,NULL);

CREATE TABLE owners (
  owner_id INTEGER PRIMARY KEY, full_name VARCHAR, city VARCHAR, phone VARCHAR, email VARCHAR, registered_on DATE, home_clinic_id INTEGER REFERENCES clinics(clinic_id)
);
COMMENT ON COLUMN owners.home_clinic_id IS 'clinic the owner signed up with; visits may take place anywhere';
INSERT INTO owners
SELECT i, (['Alice','Brian','Clare','Derek','Emma','Farid','Gwen','Harry','Isla','Jack','Kate','Liam','Moira'])[1 + i % 13] || ' ' || (['Abbot','Burrows','Chudleigh','Dawes','Evans','Fry','Gill','Hext','Ingram','Joll','Kerslake'])[1 + i % 11],
  (['Bristol','Bath','Plymouth','Taunton','Exeter','Bristol','Exeter','Wells'])[1 + h(i, 2, 8)],
  CASE WHEN h(i, 3, 6) > 0 THEN '07' || (700000000 + i * 1234567) END, CASE WHEN h(i, 4, 4) > 0 THEN 'owner' || i || (['@mail.example','@post.example'])[1 + h(i, 4, 2)] END,
  greatest(DATE '2020-01-06' + (i * 12 + h(i, 5, 60)), CASE WHEN cl = 6 THEN DATE '2024-03-05' + h(i, 7, 300) ELSE DATE '2020-01-06' END), cl
FROM (SELECT i, CASE WHEN h(i, 8, 15) > 0 THEN 1 + h(i, 6, 6) END cl FROM (SELECT i::INTEGER AS i FROM generate_series(1, 140) t(i)));

CREATE TABLE pets (
  pet_id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES owners(owner_id), name VARCHAR, species VARCHAR, breed VARCHAR, sex CHAR(1), born_on DATE, died_on DATE, weight_kg DECIMAL(5,1), insured BOOLEAN, microchip VARCHAR
);
COMMENT ON COLUMN pets.weight_kg IS 'last known weight';
COMMENT ON COLUMN pets.born_on IS 'often an estimate';
INSERT INTO pets
SELECT i, o, (['Bella','Max','Luna','Charlie','Poppy','Oscar','Milo','Daisy','Teddy','Coco','Nala','Ziggy','Biscuit','Pepper'])[1 + h(i, 12, 14)], sp,
  CASE sp WHEN 'dog' THEN (['Labrador','Cockapoo','Border Collie','Mixed','Dachshund',NULL])[1 + h(i, 13, 6)] WHEN 'cat' THEN (['Domestic Shorthair','Siamese','Maine Coon','Mixed',NULL])[1 + h(i, 13, 5)] WHEN 'rabbit' THEN (['Lop','Mixed'])[1 + h(i, 13, 2)] END,
  (['F','M'])[1 + h(i, 14, 2)], b, CASE WHEN h(i, 16, 11) = 0 THEN greatest(b + 700, DATE '2023-09-01' + h(i, 17, 600)) END,
  CASE WHEN h(i, 18, 12) > 0 THEN CASE sp WHEN 'dog' THEN 40 + h(i, 19, 380) WHEN 'cat' THEN 25 + h(i, 19, 45) WHEN 'rabbit' THEN 12 + h(i, 19, 25) ELSE 1 + h(i, 19, 12) END / 10.0 END,
  CASE WHEN h(i, 20, 10) > 0 THEN h(i, 21, 5) < 2 END, CASE WHEN sp IN ('dog', 'cat') AND h(i, 22, 5) > 0 THEN '9851' || (10000000 + i * 3371) END
FROM (SELECT i, CASE WHEN i <= 100 THEN 1 + h(i, 11, 90) ELSE 1 + h(i, 11, 130) END o, (['dog','dog','dog','cat','cat','cat','rabbit','guinea pig','parrot'])[1 + h(i, 10, 9)] sp, DATE '2010-03-01' + h(i, 15, 4900) b FROM (SELECT i::INTEGER AS i FROM generate_series(1, 210) t(i)));

CREATE TABLE visits (
  visit_id INTEGER PRIMARY KEY, pet_id INTEGER NOT NULL REFERENCES pets(pet_id), clinic_id INTEGER NOT NULL REFERENCES clinics(clinic_id),
  vet_id INTEGER REFERENCES staff(staff_id), nurse_id INTEGER REFERENCES staff(staff_id), booked_at TIMESTAMP, starts_at TIMESTAMP, minutes INTEGER, reason VARCHAR, status VARCHAR
);
COMMENT ON COLUMN visits.vet_id IS 'the vet in charge, NULL for nurse clinics';
COMMENT ON COLUMN visits.booked_at IS 'when the appointment was made; NULL for walk-ins';
COMMENT ON COLUMN visits.status IS 'done, no-show or cancelled';
COMMENT ON COLUMN visits.minutes IS 'only for visits that are done';
INSERT INTO visits
SELECT row_number() OVER (ORDER BY s, i), pet_id, cl, CASE WHEN h(i, 37, 9) > 0 THEN
    CASE WHEN h(i, 38, 8) = 0 THEN CASE WHEN s > TIMESTAMP '2024-07-01' THEN 10 + h(i, 39, 2) WHEN s > TIMESTAMP '2023-05-15' THEN 10 ELSE 1 END
     ELSE CASE cl WHEN 1 THEN 1 + h(i, 40, 2) WHEN 2 THEN 3 WHEN 3 THEN 4 + h(i, 40, 2) WHEN 4 THEN (CASE WHEN s < TIMESTAMP '2024-08-31' THEN 6 ELSE 10 END) WHEN 5 THEN 7 + h(i, 40, 2) ELSE 9 END END END,
  CASE WHEN h(i, 41, 3) = 0 OR h(i, 37, 9) = 0 THEN CASE cl WHEN 1 THEN 12 + h(i, 42, 2) WHEN 2 THEN 14 WHEN 3 THEN CASE WHEN s < TIMESTAMP '2025-03-31' THEN 15 END WHEN 4 THEN 16 WHEN 5 THEN 17 ELSE 18 END END,
  CASE WHEN h(i, 43, 6) > 0 OR st <> 'done' THEN s - INTERVAL (20 + h(i, 44, 14) * h(i, 45, 1440)) MINUTE END, s,
  CASE WHEN st = 'done' THEN 10 + 5 * h(i, 47, 8) END, (['check-up','vaccination','vaccination','illness','injury','dental','surgery','skin','check-up'])[1 + h(i, 48, 9)], st
FROM (SELECT i, p.pet_id, CASE WHEN c = 6 AND s < TIMESTAMP '2024-03-05' THEN 5 ELSE c END cl, s, CASE h(i, 46, 14) WHEN 0 THEN 'no-show' WHEN 1 THEN 'cancelled' ELSE 'done' END st
      FROM (SELECT i, 1 + (h(i, 31, 200) * h(i, 30, 200)) // 210 k, TIMESTAMP '2023-01-03 08:00:00' + INTERVAL (h(i, 32, 905)) DAY + INTERVAL (15 * h(i, 33, 40)) MINUTE s FROM (SELECT i::INTEGER AS i FROM generate_series(1, 1300) t(i)))
      JOIN (SELECT p.*, o.home_clinic_id, o.registered_on, row_number() OVER (ORDER BY hash(pet_id + 55)) k FROM pets p JOIN owners o USING (owner_id)) p USING (k)
      CROSS JOIN LATERAL (SELECT CASE WHEN h(i, 34, 6) > 0 THEN coalesce(p.home_clinic_id, 1) ELSE 1 + h(i, 35, 6) END c)
      WHERE (p.died_on IS NULL OR s < p.died_on) AND s::DATE >= p.born_on + 40 AND s::DATE >= p.registered_on AND isodow(s) < 7);

CREATE TABLE treatments (
  treatment_id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visits(visit_id), code VARCHAR, description VARCHAR, quantity INTEGER, unit_price DECIMAL(8,2), given_by INTEGER REFERENCES staff(staff_id)
);
COMMENT ON COLUMN treatments.given_by IS 'staff member who carried it out';
INSERT INTO treatments
SELECT row_number() OVER (ORDER BY visit_id, k), visit_id, (['CON','VAC','XRY','BLD','DEN','SUR','MED','MED','VAC'])[t],
  (['Consultation','Vaccination','X-ray','Blood test','Dental cleaning','Surgery','Medication','Medication','Vaccination'])[t],
  CASE WHEN t IN (7, 8) THEN 1 + h(visit_id, 62, 4) ELSE 1 END, (([42, 38, 115, 74, 190, 480, 12, 12, 38])[t] + ([4, 6, 20, 10, 30, 250, 25, 25, 6])[t] * (h(visit_id * 5 + k, 63, 11)) / 10.0)::DECIMAL(8,2),
  CASE WHEN nurse_id IS NOT NULL AND t IN (2, 4, 7, 8, 9) AND h(visit_id * 5 + k, 64, 2) = 0 THEN nurse_id ELSE coalesce(vet_id, nurse_id) END
FROM (SELECT v.*, k, CASE WHEN k = 1 AND h(visit_id, 60, 8) > 0 THEN CASE reason WHEN 'vaccination' THEN 2 WHEN 'dental' THEN 5 WHEN 'surgery' THEN 6 ELSE 1 END ELSE 1 + h(visit_id * 5 + k, 61, 9) END t
      FROM visits v, generate_series(1, 3) g(k) WHERE v.status = 'done' AND k <= 1 + h(visit_id, 65, 3) AND h(visit_id, 66, 25) > 0);

CREATE TABLE invoices (
  invoice_no VARCHAR PRIMARY KEY, visit_id INTEGER REFERENCES visits(visit_id), issued_on DATE, due_on DATE, amount DECIMAL(9,2), insurer_share DECIMAL(9,2), paid_on DATE, method VARCHAR
);
COMMENT ON COLUMN invoices.amount IS 'in GBP, after discounts';
COMMENT ON COLUMN invoices.insurer_share IS 'part of amount that the pet insurer pays; NULL = no claim';
COMMENT ON COLUMN invoices.paid_on IS 'NULL = unpaid';
INSERT INTO invoices
SELECT 'INV' || (10000 + v.visit_id * 3), v.visit_id, v.starts_at::DATE + h(v.visit_id, 71, 4), v.starts_at::DATE + h(v.visit_id, 71, 4) + 14, (tot * CASE WHEN h(v.visit_id, 72, 6) = 0 THEN 0.9 ELSE 1 END)::DECIMAL(9,2),
  CASE WHEN p.insured AND tot > 80 AND h(v.visit_id, 73, 4) > 0 THEN (tot * 0.7)::DECIMAL(9,2) END,
  CASE WHEN h(v.visit_id, 74, 11) > 0 AND v.starts_at::DATE + 4 + h(v.visit_id, 75, 30) < DATE '2025-06-30' THEN v.starts_at::DATE + 4 + CASE WHEN h(v.visit_id, 78, 3) = 0 THEN h(v.visit_id, 75, 30) ELSE h(v.visit_id, 75, 12) END END,
  CASE WHEN h(v.visit_id, 74, 11) > 0 AND v.starts_at::DATE + 4 + h(v.visit_id, 75, 30) < DATE '2025-06-30' THEN (['card','card','cash','transfer'])[1 + h(v.visit_id, 77, 4)] END
FROM visits v JOIN pets p USING (pet_id) JOIN (SELECT visit_id, sum(quantity * unit_price) tot FROM treatments GROUP BY ALL) t USING (visit_id)
WHERE h(v.visit_id, 79, 30) > 0 AND v.starts_at < TIMESTAMP '2025-06-26'
ORDER BY v.visit_id;
