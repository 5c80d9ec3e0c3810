CREATE TEMP MACRO u(i, salt) AS (hash(i, salt) % 100000) / 100000.0;

CREATE TABLE Hotel (
  HotelId INTEGER PRIMARY KEY,
  HotelName VARCHAR NOT NULL,
  City VARCHAR NOT NULL,
  Country VARCHAR NOT NULL,
  Stars INTEGER,
  OpenedOn DATE NOT NULL,
  HasSpa BOOLEAN NOT NULL,
  ManagerName VARCHAR
);
COMMENT ON COLUMN Hotel.Stars IS 'Official stars; NULL: not classified';
COMMENT ON COLUMN Hotel.ManagerName IS 'NULL: position vacant';

CREATE TABLE Room (
  RoomId INTEGER PRIMARY KEY,
  HotelId INTEGER NOT NULL REFERENCES Hotel(HotelId),
  RoomNumber VARCHAR NOT NULL,
  FloorNo INTEGER NOT NULL,
  RoomType VARCHAR NOT NULL,
  MaxGuests INTEGER NOT NULL,
  RackRate DECIMAL(8,2) NOT NULL,
  HasBalcony BOOLEAN NOT NULL,
  RenovatedOn DATE
);
COMMENT ON COLUMN Room.RackRate IS 'List price per night in EUR';
COMMENT ON COLUMN Room.RenovatedOn IS 'Last renovation; NULL: never renovated';

CREATE TABLE Guest (
  GuestId INTEGER PRIMARY KEY,
  FirstName VARCHAR NOT NULL,
  LastName VARCHAR NOT NULL,
  HomeCountry VARCHAR NOT NULL,
  Email VARCHAR,
  LoyaltyTier VARCHAR,
  RegisteredOn DATE NOT NULL,
  Newsletter BOOLEAN NOT NULL
);
COMMENT ON COLUMN Guest.LoyaltyTier IS 'NULL: not in the loyalty programme';

CREATE TABLE Booking (
  BookingId INTEGER PRIMARY KEY,
  GuestId INTEGER NOT NULL REFERENCES Guest(GuestId),
  RoomId INTEGER NOT NULL REFERENCES Room(RoomId),
  Channel VARCHAR NOT NULL,
  BookedOn DATE NOT NULL,
  ArrivalDate DATE NOT NULL,
  DepartureDate DATE NOT NULL,
  Adults INTEGER NOT NULL,
  Children INTEGER NOT NULL,
  NightlyRate DECIMAL(8,2) NOT NULL,
  Status VARCHAR NOT NULL,
  CancelledOn DATE,
  PromoCode VARCHAR
);
COMMENT ON COLUMN Booking.NightlyRate IS 'Agreed price per night in EUR. Nights: DepartureDate - ArrivalDate; lead time: days from BookedOn to ArrivalDate';
COMMENT ON COLUMN Booking.PromoCode IS 'NULL: booked without a promotion';

CREATE TABLE Stay (
  StayId INTEGER PRIMARY KEY,
  BookingId INTEGER NOT NULL UNIQUE REFERENCES Booking(BookingId),
  CheckedInAt TIMESTAMP NOT NULL,
  CheckedOutAt TIMESTAMP,
  RoomRevenue DECIMAL(9,2) NOT NULL,
  PaymentMethod VARCHAR
);
COMMENT ON TABLE Stay IS 'One per booking whose guest turned up';
COMMENT ON COLUMN Stay.CheckedOutAt IS 'NULL: still in house';
COMMENT ON COLUMN Stay.RoomRevenue IS 'EUR for the nights of the whole stay, extras not included; counts on the day of check-in. ADR: room revenue per night sold';
COMMENT ON COLUMN Stay.PaymentMethod IS 'NULL: not paid yet';

CREATE TABLE Extra (
  ExtraId INTEGER PRIMARY KEY,
  StayId INTEGER NOT NULL REFERENCES Stay(StayId),
  Category VARCHAR NOT NULL,
  ItemName VARCHAR NOT NULL,
  ChargedOn DATE NOT NULL,
  Quantity INTEGER NOT NULL,
  UnitPrice DECIMAL(7,2) NOT NULL
);
COMMENT ON TABLE Extra IS 'What guests had on top of the room. Extras revenue: Quantity * UnitPrice';

CREATE TABLE Review (
  ReviewId INTEGER PRIMARY KEY,
  StayId INTEGER NOT NULL REFERENCES Stay(StayId),
  Platform VARCHAR NOT NULL,
  WrittenOn DATE NOT NULL,
  Score INTEGER NOT NULL,
  Cleanliness INTEGER,
  Headline VARCHAR,
  AnsweredOn DATE
);
COMMENT ON COLUMN Review.Score IS 'Overall, 1 (worst) to 10 (best)';
COMMENT ON COLUMN Review.Cleanliness IS '1 to 5; NULL: not rated';
COMMENT ON COLUMN Review.AnsweredOn IS 'Day the hotel replied; NULL: no reply';

INSERT INTO Hotel VALUES
(1,'Seeblick Konstanz','Konstanz','Germany',4,'2022-01-01',true,'Ulrike Maier'),
(2,'Altes Zollhaus','Bremen','Germany',3,'2022-01-01',false,'Henning Voss'),
(3,'Brunnenhof','Munich','Germany',4,'2022-01-10',false,'Sabine Kellerer'),
(4,'Speicher Eleven','Hamburg','Germany',4,'2022-02-01',true,'Tarek Aziz'),
(5,'Mirabell Garden','Salzburg','Austria',5,'2022-01-01',true,'Johanna Pichler'),
(6,'Kaiserallee','Vienna','Austria',4,'2022-03-15',false,'Markus Steindl'),
(7,'Lakeside Hallstatt','Hallstatt','Austria',3,'2022-05-01',false,NULL),
(8,'Casa del Ponte','Verona','Italy',4,'2022-01-20',false,'Chiara Bonetti'),
(9,'Villa Limonaia','Lake Garda','Italy',5,'2022-04-01',true,'Paolo Ferri'),
(10,'Porto Vecchio','Trieste','Italy',3,'2022-06-01',false,'Elena Costa'),
(11,'Bernina Lodge','St. Moritz','Switzerland',5,'2022-01-01',true,'Reto Caduff'),
(12,'Limmatquai','Zurich','Switzerland',4,'2022-02-15',false,'Nina Aebischer'),
(13,'Old Mill Bruges','Bruges','Belgium',3,'2022-03-01',false,'Pieter Goossens'),
(14,'Grachtenhuis','Amsterdam','Netherlands',4,'2022-01-15',false,'Anouk de Wit'),
(15,'Dune House','Zandvoort','Netherlands',NULL,'2022-05-15',true,'Sem Bakker'),
(16,'Petit Colmar','Colmar','France',3,'2022-07-01',false,'Lucie Schmitt'),
(17,'Marina Blanche','Nice','France',5,'2022-09-01',true,'Antoine Roux'),
(18,'Hafenkante Rostock','Rostock','Germany',3,'2023-02-01',false,NULL),
(19,'Alpenrose Chalet','Innsbruck','Austria',NULL,'2023-11-15',true,'Lena Hofer'),
(20,'Nordwind Sylt','Sylt','Germany',5,'2024-04-01',true,'Jan Petersen'),
(21,'Riva Lugano','Lugano','Switzerland',4,'2024-11-25',true,NULL);

INSERT INTO Room
WITH sizes AS (SELECT unnest(range(1, 22)) AS h, unnest([22,14,20,24,18,26,8,13,15,9,17,19,10,21,11,7,16,10,9,12,0]) AS n),
typed AS (SELECT h, n, k, u(h * 100 + k, 'ty') AS t FROM sizes, range(1, 27) r(k) WHERE k <= n)
SELECT row_number() OVER (ORDER BY h, k), h, CAST((1 + (k - 1) // 6) * 100 + 1 + (k - 1) % 6 AS VARCHAR), 1 + (k - 1) // 6,
  CASE WHEN t < 0.2 THEN 'Single' WHEN t < 0.62 THEN 'Double' WHEN t < 0.8 THEN 'Twin' WHEN t < 0.91 THEN 'Family' ELSE 'Suite' END AS ty,
  CASE ty WHEN 'Single' THEN 1 WHEN 'Family' THEN 4 + (h + k) % 2 WHEN 'Suite' THEN 3 ELSE 2 END,
  round((38 + 24 * coalesce(Stars, 3) + 3 * ((k - 1) // 6)) * CASE ty WHEN 'Single' THEN 0.78 WHEN 'Family' THEN 1.45 WHEN 'Suite' THEN 2.2 WHEN 'Twin' THEN 0.96 ELSE 1 END * (0.92 + 0.3 * u(h * 100 + k, 'rr'))),
  u(h * 100 + k, 'bal') < 0.35,
  CASE WHEN OpenedOn < DATE '2023-01-01' AND u(h * 100 + k, 'ren') < 0.34 THEN DATE '2022-06-01' + CAST(floor(900 * u(h * 100 + k, 'rd')) AS INTEGER) END
FROM typed JOIN Hotel ON HotelId = h ORDER BY h, k;

INSERT INTO Guest
SELECT i, first, last, country,
  CASE WHEN u(i, 'em') < 0.86 THEN lower(replace(strip_accents(first || '.' || last), ' ', '')) || i || '@' || ['gmail.com','web.de','outlook.com','bluewin.ch'][1 + CAST(floor(4 * power(u(i, 'dom'), 1.5)) AS INTEGER)] END,
  CASE WHEN u(i, 'loy') < 0.05 THEN 'Platinum' WHEN u(i, 'loy') < 0.16 THEN 'Gold' WHEN u(i, 'loy') < 0.36 THEN 'Silver' END,
  DATE '2022-01-01' + CAST(floor(1080 * power(u(i, 'reg'), 1.25)) AS INTEGER),
  u(i, 'nl') < 0.42
FROM (SELECT i,
  ['Anja','Bruno','Claire','Daan','Elif','Fabio','Greta','Hugo','Ines','Jonas','Kim','Laura','Marco','Noor','Oscar','Petra','Rafael','Silvia','Thomas','Vera','William','Yara','Zoe'][1 + (i * 7) % 23] AS first,
  ['Andersen','Bauer','Conti','de Boer','Evans','Fuchs','Garnier','Huber','Ivanov','Jansen','Keller','Leroy','Müller','Nielsen','Ortega','Peters','Rossi','Schneider','Taylor','Ulrich','Visser','Weber','Yilmaz','Zimmermann','Brown','Moreau','Hansen','Ricci','Suter'][1 + (i * 11) % 29] AS last,
  ['Germany','Netherlands','United Kingdom','Austria','Switzerland','France','Italy','United States','Belgium','Denmark','Poland','Spain','Japan'][1 + CAST(floor(13 * power(u(i, 'hc'), 2)) AS INTEGER)] AS country
  FROM range(1, 521) t(i)) g ORDER BY i;

INSERT INTO Booking
WITH wanted AS (
  SELECT i, CASE WHEN u(i, 'sea') < 0.22 THEN make_date(2022 + CAST(floor(3 * power(u(i, 'sy'), 0.8)) AS INTEGER), 6, 20) + CAST(floor(75 * u(i, 'sd')) AS INTEGER)
      ELSE DATE '2022-01-14' + CAST(floor(1082 * power(u(i, 'ar'), 0.8)) AS INTEGER) END AS arrival,
    1 + CAST(floor(CASE WHEN u(i, 'len') < 0.85 THEN 4 ELSE 13 END * power(u(i, 'nt'), 1.5)) AS INTEGER) AS nights,
    CAST(floor(CASE WHEN u(i, 'lt') < 0.2 THEN 3 ELSE 110 END * power(u(i, 'ld'), 1.7)) AS INTEGER) AS lead
  FROM range(1, 1721) t(i)),
dated AS (
  SELECT i, arrival, CASE WHEN arrival >= DATE '2024-12-21' AND u(i, 'ny') < 0.62 THEN DATE '2024-12-31' ELSE least(arrival + nights, DATE '2024-12-31') END AS departure, greatest(arrival - lead, DATE '2022-01-03') AS booked
  FROM wanted WHERE arrival <= DATE '2024-12-30'),
who AS (
  SELECT i, arg_min(GuestId, -ln(1 - u(i * 1000 + GuestId, 'gu')) * (60 + GuestId % 400 + CASE WHEN LoyaltyTier IS NULL THEN 150 ELSE 0 END)) AS g
  FROM dated JOIN Guest ON RegisteredOn <= booked AND GuestId NOT BETWEEN 441 AND 475 GROUP BY ALL),
what AS (
  SELECT i, arg_min(RoomId, -ln(1 - u(i * 1000 + RoomId, 'ro')) * (6 + (HotelId * 5) % 17)) AS r
  FROM dated, Room JOIN Hotel USING (HotelId) WHERE OpenedOn <= booked AND RoomId % 41 <> 7 GROUP BY ALL),
priced AS (
  SELECT *, CASE WHEN departure = DATE '2024-12-31' THEN 'In House'
      WHEN u(i, 'ca') < CASE WHEN ch IN ('Booking.com', 'Expedia') THEN 0.19 ELSE 0.08 END THEN 'Cancelled' WHEN u(i, 'ca') > 0.965 THEN 'No-Show' ELSE 'Completed' END AS st
  FROM (SELECT *, CASE WHEN u(i, 'ch') < 0.34 THEN 'Booking.com' WHEN u(i, 'ch') < 0.63 THEN 'Website' WHEN u(i, 'ch') < 0.78 THEN 'Phone' WHEN u(i, 'ch') < 0.88 THEN 'Expedia' WHEN u(i, 'ch') < 0.96 THEN 'Travel Agency' ELSE 'Walk-In' END AS ch,
      CASE WHEN u(i, 'pr') < 0.06 THEN 'SUMMER15' WHEN u(i, 'pr') < 0.1 THEN 'EARLYBIRD' WHEN u(i, 'pr') < 0.125 THEN 'STAY3' WHEN u(i, 'pr') < 0.14 THEN 'LOYAL10' END AS promo FROM dated) x)
SELECT row_number() OVER (ORDER BY booked, i), g, r, ch, CASE WHEN ch = 'Walk-In' THEN arrival ELSE booked END, arrival, departure,
  CASE WHEN MaxGuests = 1 THEN 1 WHEN u(i, 'ad') < 0.24 THEN 1 WHEN MaxGuests >= 3 AND u(i, 'ad') > 0.86 THEN 3 ELSE 2 END,
  CASE WHEN MaxGuests >= 4 THEN CAST(floor(3 * u(i, 'kid')) AS INTEGER) WHEN MaxGuests = 3 AND u(i, 'ad') < 0.5 THEN 1 ELSE 0 END,
  round(RackRate * CASE WHEN month(arrival) IN (7, 8, 12) THEN 1.08 WHEN month(arrival) IN (1, 2, 11) THEN 0.82 ELSE 0.95 END * CASE WHEN promo IS NULL THEN 1 ELSE 0.87 END * (0.9 + 0.16 * u(i, 'pp')) * (0.95 + 0.05 * (year(arrival) - 2022)), 2),
  CASE WHEN ch = 'Walk-In' AND st IN ('Cancelled', 'No-Show') THEN 'Completed' ELSE st END AS final,
  CASE WHEN final = 'Cancelled' THEN booked + CAST(floor((arrival - booked) * u(i, 'co')) AS INTEGER) END, promo
FROM priced JOIN who USING (i) JOIN what USING (i) JOIN Room ON RoomId = r ORDER BY booked, i;

DELETE FROM Booking WHERE BookingId IN (
  SELECT b.BookingId FROM Booking a JOIN Booking b ON a.RoomId = b.RoomId AND a.BookingId < b.BookingId AND a.ArrivalDate < b.DepartureDate AND b.ArrivalDate < a.DepartureDate
  WHERE a.Status <> 'Cancelled' AND b.Status <> 'Cancelled');

INSERT INTO Stay
SELECT row_number() OVER (ORDER BY ArrivalDate, BookingId), BookingId,
  ArrivalDate + INTERVAL (14 * 60 + CAST(floor(520 * power(u(BookingId, 'in'), 1.4)) AS INTEGER)) MINUTE,
  CASE WHEN Status = 'Completed' THEN DepartureDate + INTERVAL (6 * 60 + CAST(floor(390 * power(u(BookingId, 'out'), 0.6)) AS INTEGER)) MINUTE END,
  NightlyRate * (DepartureDate - ArrivalDate),
  CASE WHEN Status = 'Completed' THEN CASE WHEN u(BookingId, 'pay') < 0.52 THEN 'Credit Card' WHEN u(BookingId, 'pay') < 0.74 THEN 'Debit Card' WHEN u(BookingId, 'pay') < 0.85 THEN 'Invoice' WHEN u(BookingId, 'pay') < 0.93 THEN 'Cash' WHEN u(BookingId, 'pay') < 0.985 THEN 'PayPal' END END
FROM Booking WHERE Status IN ('Completed', 'In House') ORDER BY ArrivalDate, BookingId;

INSERT INTO Extra
WITH tries AS (SELECT StayId, k, StayId * 10 + k AS s, ArrivalDate, DepartureDate, Adults + Children AS people, HasSpa FROM Stay JOIN Booking USING (BookingId) JOIN Room USING (RoomId) JOIN Hotel USING (HotelId), range(1, 6) r(k) WHERE u(StayId * 10 + k, 'has') < 0.66 - 0.13 * k),
kinds AS (SELECT *, CASE WHEN u(s, 'c') < 0.36 THEN 'Breakfast' WHEN u(s, 'c') < 0.55 THEN 'Minibar' WHEN u(s, 'c') < 0.72 THEN 'Restaurant' WHEN u(s, 'c') < 0.83 THEN CASE WHEN HasSpa THEN 'Spa' ELSE 'Parking' END WHEN u(s, 'c') < 0.93 THEN 'Parking' ELSE 'Laundry' END AS cat FROM tries),
items AS (SELECT *, CASE cat WHEN 'Breakfast' THEN CASE WHEN u(s, 'i') < 0.8 THEN 'Breakfast buffet' ELSE 'Breakfast in bed' END
    WHEN 'Minibar' THEN ['Mineral water','Beer','Chocolate bar','Red wine','Champagne'][1 + CAST(floor(5 * power(u(s, 'i'), 1.5)) AS INTEGER)]
    WHEN 'Restaurant' THEN ['Dinner menu','Club sandwich','Wine tasting','Kids menu'][1 + CAST(floor(4 * power(u(s, 'i'), 1.6)) AS INTEGER)]
    WHEN 'Spa' THEN ['Back massage','Sauna day pass','Facial'][1 + CAST(floor(3 * power(u(s, 'i'), 1.3)) AS INTEGER)]
    WHEN 'Parking' THEN CASE WHEN u(s, 'i') < 0.72 THEN 'Garage parking' ELSE 'EV charging' END ELSE CASE WHEN u(s, 'i') < 0.6 THEN 'Shirt laundry' ELSE 'Dry cleaning' END END AS item FROM kinds)
SELECT row_number() OVER (ORDER BY day, StayId, k), StayId, cat, item, day,
  CASE cat WHEN 'Breakfast' THEN people * (DepartureDate - ArrivalDate) WHEN 'Parking' THEN DepartureDate - ArrivalDate WHEN 'Laundry' THEN 1 + CAST(floor(5 * u(s, 'q')) AS INTEGER) WHEN 'Restaurant' THEN people ELSE 1 + CAST(floor(3 * power(u(s, 'q'), 2)) AS INTEGER) END,
  round(CASE item WHEN 'Breakfast buffet' THEN 17.5 WHEN 'Breakfast in bed' THEN 26 WHEN 'Mineral water' THEN 3.2 WHEN 'Beer' THEN 4.8 WHEN 'Chocolate bar' THEN 2.9 WHEN 'Red wine' THEN 19 WHEN 'Champagne' THEN 64
    WHEN 'Dinner menu' THEN 42 WHEN 'Club sandwich' THEN 16.9 WHEN 'Wine tasting' THEN 35 WHEN 'Kids menu' THEN 12.5 WHEN 'Back massage' THEN 69 WHEN 'Sauna day pass' THEN 28 WHEN 'Facial' THEN 84
    WHEN 'Garage parking' THEN 18 WHEN 'EV charging' THEN 23.5 WHEN 'Shirt laundry' THEN 4.5 ELSE 12 END * (1 + 0.04 * (year(day) - 2022)), 2)
FROM (SELECT *, ArrivalDate + CAST(floor((DepartureDate - ArrivalDate) * u(s, 'd')) AS INTEGER) AS day FROM items) z ORDER BY day, StayId, k;

INSERT INTO Review
WITH rated AS (
  SELECT StayId, HotelId, CAST(CheckedOutAt AS DATE) + CAST(1 + floor(20 * power(u(StayId, 'rw'), 2)) AS INTEGER) AS day,
    least(10, greatest(1, CAST(round(6.2 + 0.5 * coalesce(Stars, 3) - CASE WHEN HotelId IN (2, 10, 13) THEN 1.4 ELSE 0 END + 4.2 * (u(StayId, 'sc') + u(StayId, 'sc2') - 1) - CASE WHEN u(StayId, 'awful') < 0.06 THEN 4 ELSE 0 END) AS INTEGER))) AS score
  FROM Stay JOIN Booking USING (BookingId) JOIN Room USING (RoomId) JOIN Hotel USING (HotelId) WHERE CheckedOutAt IS NOT NULL AND u(StayId, 'rev') < 0.37 AND HotelId <> 7)
SELECT row_number() OVER (ORDER BY day, StayId), StayId, CASE WHEN u(StayId, 'pf') < 0.42 THEN 'Google' WHEN u(StayId, 'pf') < 0.71 THEN 'Booking.com' WHEN u(StayId, 'pf') < 0.9 THEN 'TripAdvisor' ELSE 'HolidayCheck' END, day, score,
  CASE WHEN u(StayId, 'cl') < 0.83 THEN least(5, greatest(1, CAST(round(score / 2.1 + u(StayId, 'cn') - 0.4) AS INTEGER))) END,
  CASE WHEN u(StayId, 'hl') < 0.8 THEN CASE WHEN score >= 9 THEN ['Wonderful stay','We will be back','Perfect location','Great breakfast'][1 + CAST(floor(4 * power(u(StayId, 'h'), 1.5)) AS INTEGER)]
    WHEN score >= 7 THEN ['Nice but noisy','Friendly staff','Good value','Comfortable bed'][1 + CAST(floor(4 * power(u(StayId, 'h'), 1.4)) AS INTEGER)]
    ELSE ['Disappointing','Dirty bathroom','Too expensive','Noisy street','Never again'][1 + CAST(floor(5 * power(u(StayId, 'h'), 1.3)) AS INTEGER)] END END,
  CASE WHEN u(StayId, 'an') < CASE WHEN score < 6 THEN 0.8 ELSE 0.42 END AND day + 10 < DATE '2024-12-31' THEN day + CAST(floor(10 * power(u(StayId, 'ad2'), 1.5)) AS INTEGER) END
FROM rated WHERE day <= DATE '2024-12-31' ORDER BY day, StayId;
DROP MACRO u;
