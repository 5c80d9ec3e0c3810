-- Regional chess federation
CREATE TEMP MACRO h(i, s, n) AS (hash(i * 157 + s) % n)::INTEGER;

CREATE TEMP MACRO base(i) AS 1500 + (hash(i * 157 + 9) % 520)::INTEGER + (hash(i * 157 + 10) % 520)::INTEGER;

CREATE TABLE clubs (club_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, founded INTEGER, division VARCHAR, venue VARCHAR, annual_fee DECIMAL(6,2));
COMMENT ON COLUMN clubs.division IS 'division of the team league: Premier, First or Second; NULL = no team';
INSERT INTO clubs VALUES
 (1,'Rochade Nord','Kiel',1924,'Premier','Community hall',96),(2,'Black Knights','Lübeck',1988,'Premier','Café Anker',120),(3,'SK Hansa','Lübeck',1907,'First','School gym',84),
 (4,'Turm Flensburg','Flensburg',1951,'First','Library',72),(5,'Förde Pawns','Kiel',2011,'Second','Café Anker',60),(6,'Schwerin 1898','Schwerin',1898,'Premier','Town hall',110),
 (7,'Wismar Bishops','Wismar',1996,'Second',NULL,66),(8,'Uni Rostock','Rostock',1974,'First','Campus',48),(9,'Rostocker SV','Rostock',1921,'Second','Sports centre',80),(10,'Stralsund Endgame','Stralsund',2019,NULL,'Library',50);

CREATE TABLE players (player_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, club_id INTEGER REFERENCES clubs(club_id), title VARCHAR, sex CHAR(1), born_on DATE, joined_on DATE, left_on DATE);
COMMENT ON COLUMN players.club_id IS 'present club, NULL = plays without a club';
COMMENT ON COLUMN players.title IS 'FIDE title: GM, IM, FM, CM, WFM; NULL = untitled';
COMMENT ON COLUMN players.left_on IS 'date the player left the federation';
INSERT INTO players
SELECT i, ['Arne Petersen','Britta Lorenz','Cem Aydin','Dörte Hagen','Erik Sommer','Frauke Thiel','Goran Ilic','Heike Brandt','Ivan Sokolov','Jule Matthies','Kai Reimers','Lotte Jensen','Malte Voss','Nadja Kern','Ole Carstens','Paula Wendt','Quirin Adler','Rieke Hansen','Sönke Paulsen','Tanja Orlova','Uwe Becker','Vera Stahl','Wolf Dietz','Xenia Pohl','Yannick Moll','Zoe Lindner','Anton Graf','Birte Knudsen','Claas Otten','Diana Rusu','Emil Nissen','Fenja Albers','Gregor Wolny','Hanne Lund','Imke Behrens','Jonas Krull','Karla Winter','Leif Andresen','Merle Stein','Nico Falk','Olga Maier','Peer Clausen','Ronja Beyer','Sven Iversen','Tomke Eilers','Ulf Thomsen','Viktor Balan','Wiebke Rau','Yara Saleh','Zeno Marks','Alwin Tietz','Bente Moeller','Curt Hauser','Dag Simonsen','Elke Prahl','Finn Harder'][i],
  CASE WHEN h(i, 1, 14) > 0 THEN 1 + h(i, 2, 9) END,
  CASE WHEN h(i, 3, 10) < 5 AND base(i) > 1900 THEN CASE WHEN base(i) > 2230 THEN 'GM' WHEN base(i) > 2180 THEN 'IM' WHEN base(i) > 2050 THEN 'FM' ELSE 'CM' END WHEN i IN (14, 30) THEN 'WFM' END,
  CASE WHEN i IN (2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,35,37,39,41,43,45,48,49,52,55) THEN 'F' ELSE 'M' END,
  DATE '1950-02-01' + h(i, 4, 22000), DATE '2008-01-15' + h(i, 5, 5600), CASE WHEN h(i, 6, 12) = 0 THEN DATE '2024-02-01' + h(i, 7, 400) END
FROM (SELECT i::INTEGER AS i FROM generate_series(1, 56) t(i));

CREATE TABLE ratings (player_id INTEGER REFERENCES players(player_id), as_of DATE, pace VARCHAR, rating INTEGER, PRIMARY KEY (player_id, as_of, pace));
COMMENT ON TABLE ratings IS 'quarterly rating list; players without rated games are missing from a list';
COMMENT ON COLUMN ratings.pace IS 'classical or rapid';
INSERT INTO ratings
SELECT p, DATE '2023-01-01' + to_months(3 * q::INTEGER), pace, base(p) + (CASE pace WHEN 'rapid' THEN h(p, 12, 120) - 60 ELSE 0 END) + (h(p, 13, 31) - 13) * q + h(p * 20 + q, 14, 41) - 20
FROM generate_series(1, 56) a(p), generate_series(0, 9) b(q), (VALUES ('classical'), ('rapid')) c(pace)
WHERE h(p * 20 + q, CASE pace WHEN 'rapid' THEN 15 ELSE 16 END, 10) > 0 AND NOT (pace = 'rapid' AND h(p, 17, 6) = 0);

CREATE TABLE tournaments (tournament_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, starts_on DATE, pace VARCHAR, rounds INTEGER, host_club_id INTEGER REFERENCES clubs(club_id), prize_fund DECIMAL(8,2), entry_fee DECIMAL(6,2));
COMMENT ON COLUMN tournaments.pace IS 'classical, rapid or blitz';
INSERT INTO tournaments VALUES
 (1,'Kiel Open 2023','Kiel','2023-02-17','classical',7,1,1500,40),(2,'Hansa Rapid 2023','Lübeck','2023-04-22','rapid',7,3,400,15),(3,'Baltic Masters 2023','Rostock','2023-06-09','classical',9,8,3000,60),
 (4,'Blitz by the Sea','Stralsund','2023-08-12','blitz',9,10,NULL,5),(5,'Schwerin Castle Cup','Schwerin','2023-10-06','classical',7,6,1200,35),(6,'Winter Rapid','Kiel','2023-12-02','rapid',5,5,200,10),
 (7,'Kiel Open 2024','Kiel','2024-02-16','classical',7,1,1800,45),(8,'Hansa Rapid 2024','Lübeck','2024-04-20','rapid',7,3,450,15),(9,'Women''s Championship 2024','Wismar','2024-05-18','classical',7,7,600,20),
 (10,'Baltic Masters 2024','Rostock','2024-06-14','classical',9,8,3500,65),(11,'Harbour Blitz','Flensburg','2024-08-31','blitz',9,4,150,5),(12,'Schwerin Castle Cup II','Schwerin','2024-10-11','classical',7,6,1250,35),
 (13,'Student Rapid','Rostock','2024-11-23','rapid',5,8,NULL,NULL),(14,'Kiel Open 2025','Kiel','2025-02-14','classical',7,1,2000,45),(15,'Hansa Rapid 2025','Lübeck','2025-04-26','rapid',7,3,450,18),(16,'Baltic Masters 2025','Rostock','2025-06-06','classical',9,8,4000,70),(17,'Summer Blitz','Kiel','2025-08-16','blitz',9,5,NULL,5);

CREATE TABLE entries (tournament_id INTEGER REFERENCES tournaments(tournament_id), player_id INTEGER REFERENCES players(player_id), entered_on DATE, fee_paid BOOLEAN, PRIMARY KEY (tournament_id, player_id));
INSERT INTO entries
SELECT t.tournament_id, p.player_id, t.starts_on - 3 - h(p.player_id * 20 + t.tournament_id, 22, 50), CASE WHEN t.entry_fee IS NOT NULL THEN h(p.player_id * 20 + t.tournament_id, 23, 9) > 0 END
FROM tournaments t JOIN players p ON (t.tournament_id <> 9 OR p.sex = 'F') AND (p.left_on IS NULL OR p.left_on > t.starts_on + 10) AND p.player_id <> 54
QUALIFY row_number() OVER (PARTITION BY t.tournament_id ORDER BY hash(p.player_id * 31 + t.tournament_id) % 1000 - (base(p.player_id) // 8 + h(p.player_id, 24, 400)) * (CASE WHEN t.name LIKE 'Baltic%' THEN 3 ELSE 1 END)) <= 10 + 2 * (t.tournament_id % 4);

DELETE FROM entries WHERE entered_on > DATE '2025-06-29';

CREATE TABLE openings (eco VARCHAR PRIMARY KEY, name VARCHAR, family VARCHAR);
INSERT INTO openings VALUES ('B90','Najdorf','Sicilian Defence'),('B33','Sveshnikov','Sicilian Defence'),('C65','Berlin','Ruy Lopez'),('C84','Closed','Ruy Lopez'),('D37','Queen''s Gambit Declined','Queen''s Gambit'),('D20','Queen''s Gambit Accepted','Queen''s Gambit'),('E60','King''s Indian','Indian Defences'),('E15','Queen''s Indian','Indian Defences'),('C11','Classical','French Defence'),('A10','English','Flank Openings'),('A04','Réti','Flank Openings'),('B12','Advance','Caro-Kann Defence'),('C50','Italian Game','Open Games'),('A80','Dutch','Dutch Defence');

CREATE TABLE games (
  game_id INTEGER PRIMARY KEY, tournament_id INTEGER REFERENCES tournaments(tournament_id), round INTEGER, played_on DATE, white_id INTEGER REFERENCES players(player_id), black_id INTEGER REFERENCES players(player_id),
  white_rating INTEGER, black_rating INTEGER, result VARCHAR, moves INTEGER, eco VARCHAR REFERENCES openings(eco), ended_by VARCHAR
);
COMMENT ON COLUMN games.white_rating IS 'rating on the day, NULL = unrated';
COMMENT ON COLUMN games.result IS '1-0 white won, 0-1 black won, 1/2 draw';
COMMENT ON COLUMN games.ended_by IS 'mate, resignation, time, agreement, stalemate or forfeit (opponent did not show up: no moves, no opening)';
INSERT INTO games
SELECT row_number() OVER (ORDER BY tournament_id, round, k), tournament_id, round, d, w, b, CASE WHEN h(w * 20 + tournament_id, 30, 25) > 0 THEN wr END, CASE WHEN h(b * 20 + tournament_id, 30, 25) > 0 THEN br END, res,
  CASE WHEN ff THEN 0 ELSE 14 + h(g, 38, 34) + h(g, 39, 34) END,
  CASE WHEN NOT ff THEN (['B90','B90','C65','D37','D37','E60','C11','A10','B12','C50','C50','B33','C84','D20','E15','A04','A80'])[1 + least(h(g, 40, 17), h(g, 41, 17))] END,
  CASE WHEN ff THEN 'forfeit' WHEN res = '1/2' THEN CASE WHEN h(g, 42, 9) = 0 THEN 'stalemate' ELSE 'agreement' END ELSE (['resignation','resignation','mate','time'])[1 + h(g, 42, 4)] END
FROM (SELECT *, h(g, 43, 45) = 0 ff, CASE WHEN h(g, 43, 45) = 0 THEN (CASE WHEN h(g, 44, 2) = 0 THEN '1-0' ELSE '0-1' END)
        WHEN h(g, 45, 1000) < 270 - abs(wr - br) // 4 THEN '1/2' WHEN h(g, 46, 1000) < 1000 / (1 + 10 ^ ((br - wr - 35) / 400.0)) THEN '1-0' ELSE '0-1' END res
      FROM (SELECT t.tournament_id, r.round, k, t.tournament_id * 1000 + r.round * 50 + k AS g, t.starts_on + CASE WHEN t.pace = 'classical' THEN (r.round - 1) // 2 ELSE 0 END d,
              CASE WHEN (r.round + k) % 2 = 0 THEN x.player_id ELSE y.player_id END w, CASE WHEN (r.round + k) % 2 = 0 THEN y.player_id ELSE x.player_id END b,
              base(w) + (h(w, 13, 31) - 13) * (date_diff('month', DATE '2023-01-01', t.starts_on) // 3) wr, base(b) + (h(b, 13, 31) - 13) * (date_diff('month', DATE '2023-01-01', t.starts_on) // 3) br
            FROM tournaments t JOIN (SELECT unnest(range(1, 10))::INTEGER round) r ON r.round <= t.rounds CROSS JOIN (SELECT unnest(range(0, 8))::INTEGER k)
            JOIN (SELECT tournament_id, player_id, row_number() OVER (PARTITION BY tournament_id ORDER BY hash(player_id * 7 + tournament_id)) - 1 n, count(*) OVER (PARTITION BY tournament_id) c FROM entries) x
              ON x.tournament_id = t.tournament_id AND k < x.c // 2 AND x.n = (r.round + k) % (x.c - 1)
            JOIN (SELECT tournament_id, player_id, row_number() OVER (PARTITION BY tournament_id ORDER BY hash(player_id * 7 + tournament_id)) - 1 n FROM entries) y
              ON y.tournament_id = t.tournament_id AND y.n = CASE WHEN k = 0 THEN x.c - 1 ELSE (r.round - k + x.c - 1) % (x.c - 1) END
            WHERE t.starts_on < DATE '2025-06-30'));
