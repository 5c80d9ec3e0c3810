-- Norrland Premier League statistics
CREATE TEMP MACRO h(i, s, n) AS (hash(i::BIGINT * 5407 + s * 88007) % n)::INTEGER;

CREATE TABLE ssn (ssn_cd VARCHAR PRIMARY KEY, yr INTEGER, st_dt DATE, end_dt DATE, n_clb INTEGER, ttl_spn VARCHAR, chmp_clb VARCHAR, prz_pool_k INTEGER);
COMMENT ON TABLE ssn IS 'Seasons (calendar year)';
COMMENT ON COLUMN ssn.ttl_spn IS 'Title sponsor';
COMMENT ON COLUMN ssn.chmp_clb IS 'Champion';
COMMENT ON COLUMN ssn.prz_pool_k IS 'Prize pool, thousand EUR';
INSERT INTO ssn VALUES ('S18',2018,DATE '2018-04-07',DATE '2018-10-27',10,NULL,'HVB',1800),('S19',2019,DATE '2019-04-06',DATE '2019-10-26',10,'Tarn Energi','GRA',1950),('S20',2020,DATE '2020-06-13',DATE '2020-11-29',10,'Tarn Energi','GRA',1500),
 ('S21',2021,DATE '2021-04-10',DATE '2021-10-30',12,'Tarn Energi','LKS',2400),('S22',2022,DATE '2022-04-09',DATE '2022-10-29',12,NULL,'HVB',2400),('S23',2023,DATE '2023-04-01',DATE '2023-09-02',12,'Kvist Bank','VIM',2750),
 ('S24',2024,DATE '2024-04-06',DATE '2024-09-07',12,'Kvist Bank',NULL,3000),('S25',2025,DATE '2025-03-29',DATE '2025-08-30',12,'Kvist Bank',NULL,3200);

CREATE TABLE clb (clb_cd VARCHAR PRIMARY KEY, clb_nm VARCHAR, cty VARCHAR, rgn VARCHAR, fnd_yr INTEGER, std_nm VARCHAR, std_cap INTEGER, srf_cd VARCHAR, hd_cch VARCHAR, bdgt_k INTEGER);
COMMENT ON TABLE clb IS 'Clubs';
COMMENT ON COLUMN clb.std_cap IS 'Stadium capacity';
COMMENT ON COLUMN clb.srf_cd IS 'Pitch surface: G natural grass, A artificial, H hybrid';
COMMENT ON COLUMN clb.hd_cch IS 'Head coach';
COMMENT ON COLUMN clb.bdgt_k IS 'Yearly budget, thousand EUR';
INSERT INTO clb VALUES
 ('HVB','Havnby BK','Havnby','Coast',1908,'Kystbanen',14200,'G','Ole Mikkelsen',9800),('GRA','Granaas IF','Granaas','Inland',1921,'Skogvallen',8600,'A','Henrik Solvang',6400),('LKS','Lyngstad KS','Lyngstad','Coast',1899,'Lyngstad Stadion',18750,'H','Marta Ruud',12500),
 ('VIM','Viken Mariners','Vikensund','Coast',1934,'Fyrparken',11300,'G','Jan Opdahl',8900),('STO','Storelv Athletic','Storelv','North',1947,'Elvebredden',6100,'A','Petter Nass',4100),('DAL','Dalen United','Dalen','Inland',1919,'Dalen Arena',9450,'H','Bengt Hedlund',5600),
 ('FJE','Fjellheim FK','Fjellheim','North',1952,'Tinden',4800,'A','Lasse Bruun',3300),('NYB','Nyborg City','Nyborg','Coast',1988,'Nyborg Park',12600,'G',NULL,10200),('SKA','Skarvik SK','Skarvik','North',1926,'Skarvik Idrettspark',5250,'A','Tore Elvestad',3700),
 ('ROS','Rosendal Rovers','Rosendal','Inland',1911,'Hagen',7300,'G','Ingrid Falk',5000),('TOR','Torsund IL','Torsund','Coast',1930,'Sundet',7900,'A','Mats Wiberg',4700),('BRE','Brekke Sporting','Brekke','Inland',1963,'Brekkemyra',5600,'G','Kjell Aune',3500),
 ('ULV','Ulvdal FF','Ulvdal','North',1971,'Ulvehiet',3900,'A','Roar Myhre',2600),('KVE','Kverndal BK','Kverndal','Inland',1938,'Kvernmoen',4400,'G',NULL,2900);

CREATE TABLE ofcl (ofcl_id INTEGER PRIMARY KEY, nm VARCHAR, hm_cty VARCHAR, lic VARCHAR, dbt_yr INTEGER);
INSERT INTO ofcl VALUES (1,'Arne Tveit','Lyngstad','FIFA',2009),(2,'Sigrid Moen','Dalen','FIFA',2013),(3,'Kent Ask','Nyborg','NAT',2011),(4,'Ulrika Berg','Havnby','NAT',2016),(5,'Dag Hovland','Rosendal','NAT',2005),
 (6,'Jostein Vik','Storelv','REG',2021),(7,'Eva Lindahl','Torsund','FIFA',2014),(8,'Per Sand','Skarvik','REG',2022),(9,'Lise Krogh','Granaas','REG',2024);

CREATE TABLE plyr (plyr_id INTEGER PRIMARY KEY, fn VARCHAR, ln VARCHAR, dob DATE, nat_cd VARCHAR, pos_cd VARCHAR, ft_cd VARCHAR, ht_cm INTEGER, wt_kg INTEGER, clb_cd VARCHAR REFERENCES clb, sqd_no INTEGER, ctr_end_dt DATE, mkt_val_k INTEGER, cap_ct INTEGER);
COMMENT ON TABLE plyr IS 'Players; clb_cd = present club, empty when without a club';
COMMENT ON COLUMN plyr.ft_cd IS 'Stronger foot: L, R, B both';
COMMENT ON COLUMN plyr.mkt_val_k IS 'Market value, thousand EUR';
COMMENT ON COLUMN plyr.cap_ct IS 'Matches for the national team';
INSERT INTO plyr
SELECT 4000 + i, fn[i * 7 % 30 + 1], ln[(i * 11 + i // 30) % 42 + 1], DATE '1988-01-20' + h(i, 3, 7000), ['NO','NO','NO','SE','DK','FI','IS','NG','BR','GH'][h(i, 4, 10) + 1], ['GK','DF','DF','DF','DF','MF','MF','MF','FW','FW','DF','MF','FW'][(i // 14) % 13 + 1],
  ['R','R','R','L','B'][h(i, 5, 5) + 1], 168 + h(i, 6, 30), CASE WHEN h(i, 7, 12) > 0 THEN 62 + h(i, 8, 32) END, CASE WHEN h(i, 9, 20) > 0 THEN cl[i % 14 + 1] END c, CASE WHEN c IS NOT NULL THEN 1 + i // 14 + 14 * h(i, 10, 2) END, CASE WHEN c IS NOT NULL THEN make_date(2025 + h(i, 11, 4), 12, 31) END,
  CASE WHEN h(i, 12, 15) > 0 THEN 25 * (1 + h(i, 13, 90)) END, CASE WHEN h(i, 14, 4) = 0 THEN h(i, 15, 60) ELSE 0 END
FROM generate_series(0, 195) g(i), (SELECT ['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','BRE','ULV','KVE'] cl, ['Aksel','Bjarne','Casper','Daniel','Emil','Filip','Gustav','Hakon','Isak','Jonas','Kristian','Ludvig','Magnus','Noah','Oskar','Patrik','Rasmus','Sander','Tobias','Vetle','William','Yusuf','Elias','Mikael','Simen','Anton','Kofi','Thiago','Jesper','Lukas'] fn,
 ['Aas','Bakke','Christensen','Dahl','Eriksen','Foss','Gundersen','Haugen','Iversen','Johansson','Karlsen','Lund','Moe','Nilsen','Olsen','Pedersen','Rasmussen','Solberg','Tangen','Ulvestad','Vold','Wiik','Nygard','Berntsen','Strand','Hagen','Korhonen','Virtanen','Gudmundsson','Adeyemi','Silva','Mensah','Lindqvist','Sorensen','Holmberg','Krogh','Ask','Boateng','Costa','Myhre','Sand','Lie'] ln);

CREATE TABLE mtch (
  mtch_id INTEGER PRIMARY KEY, ssn_cd VARCHAR REFERENCES ssn, rd INTEGER, mt_dt DATE, ko TIME, hm_clb VARCHAR REFERENCES clb, aw_clb VARCHAR REFERENCES clb, stat_cd VARCHAR, hg INTEGER, ag INTEGER, hg_ht INTEGER, ag_ht INTEGER, h_sh INTEGER, a_sh INTEGER, h_sot INTEGER, a_sot INTEGER,
  h_crn INTEGER, a_crn INTEGER, h_fl INTEGER, a_fl INTEGER, h_yc INTEGER, a_yc INTEGER, h_rc INTEGER, a_rc INTEGER, h_poss DECIMAL(4,1), att INTEGER, ref_id INTEGER REFERENCES ofcl, tmp_c INTEGER);
COMMENT ON TABLE mtch IS 'League matches; prefix h = home side, a = away side';
COMMENT ON COLUMN mtch.stat_cd IS 'F finished, S scheduled, P postponed';
COMMENT ON COLUMN mtch.rd IS 'Round';
COMMENT ON COLUMN mtch.hg IS 'Goals home, full time';
COMMENT ON COLUMN mtch.ag IS 'Goals away, full time';
COMMENT ON COLUMN mtch.hg_ht IS 'Goals home at half time';
COMMENT ON COLUMN mtch.h_sh IS 'Shots, home (h_sot: of these on target)';
COMMENT ON COLUMN mtch.h_crn IS 'Corner kicks, home';
COMMENT ON COLUMN mtch.h_fl IS 'Fouls committed, home';
COMMENT ON COLUMN mtch.h_poss IS 'Ball possession of the home side, per cent';
COMMENT ON COLUMN mtch.att IS 'Spectators; empty when closed doors';
INSERT INTO mtch
SELECT k, 'S' || y, rd, d, [TIME '15:00', TIME '17:00', TIME '18:00', TIME '20:00'][h(k, 1, 4) + 1], hc, ac, st, CASE WHEN f THEN hh + h2 END, CASE WHEN f THEN ah + a2 END, CASE WHEN f THEN hh END, CASE WHEN f THEN ah END, CASE WHEN f THEN hs + 5 + h(k, 9, 9) END, CASE WHEN f THEN az + 4 + h(k, 10, 8) END, CASE WHEN f THEN hs END, CASE WHEN f THEN az END,
  CASE WHEN f THEN h(k, 11, 12) END, CASE WHEN f THEN h(k, 12, 10) END, CASE WHEN f THEN 6 + h(k, 13, 13) END, CASE WHEN f THEN 6 + h(k, 14, 15) END, CASE WHEN f THEN h(k, 15, 5) END, CASE WHEN f THEN h(k, 16, 6) END, CASE WHEN f THEN (h(k, 17, 14) = 0)::INTEGER END, CASE WHEN f THEN (h(k, 18, 11) = 0)::INTEGER END,
  CASE WHEN f THEN 34 + h(k, 19, 330) / 10.0 END, CASE WHEN f AND h(k, 20, 40) > 0 THEN (SELECT std_cap FROM clb WHERE clb_cd = hc) * (38 + h(k, 21, 62)) // 100 END, CASE WHEN f OR st = 'P' THEN 1 + h(k, 22, 8) END, CASE WHEN f THEN 3 + h(k, 23, 24) END
FROM (SELECT *, st = 'F' f, h(k, 3, 3) hh, h(k, 4, 10) // 4 + (h(k, 25, 3) < bh)::INTEGER h2, h(k, 5, 9) // 4 ah, h(k, 6, 9) // 4 + (h(k, 26, 4) < ba)::INTEGER a2, hh + h2 + h(k, 7, 5) hs, ah + a2 + h(k, 8, 5) az FROM
 (SELECT *, y * 1000 + rd * 10 + p k, CASE WHEN sw THEN t2 ELSE t1 END hc, CASE WHEN sw THEN t1 ELSE t2 END ac, CASE WHEN hc IN ('HVB','LKS','VIM','NYB') THEN 2 ELSE 0 END bh, CASE WHEN ac IN ('HVB','LKS','NYB','DAL') THEN 2 ELSE 0 END ba, CASE WHEN d > DATE '2025-06-29' THEN 'S' WHEN y = 25 AND h(k, 2, 14) = 0 THEN 'P' ELSE 'F' END st FROM
  (SELECT y, rd, p, [DATE '2023-04-01', DATE '2024-04-06', DATE '2025-03-29'][y - 22] + ((rd - 1) * 7)::INTEGER + h(y * 1000 + rd * 10 + p, 24, 3) d, cs[y - 22] c, (rd - 1) % 11 r, c[CASE WHEN p = 0 THEN 12 ELSE 1 + (r + p) % 11 END] t1, c[1 + CASE WHEN p = 0 THEN r ELSE (r - p + 11) % 11 END] t2, ((p = 0 AND r % 2 = 0) OR p % 2 = 1) <> (rd > 11) sw
   FROM generate_series(23, 25) a(y), generate_series(1, 22) b(rd), generate_series(0, 5) e(p), (SELECT [['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','ULV'], ['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','BRE'], ['HVB','GRA','LKS','VIM','STO','DAL','KVE','NYB','SKA','ROS','TOR','BRE']] cs))));

CREATE TABLE gl (gl_id INTEGER PRIMARY KEY, mtch_id INTEGER REFERENCES mtch, clb_cd VARCHAR REFERENCES clb, plyr_id INTEGER REFERENCES plyr, ast_id INTEGER REFERENCES plyr, mn INTEGER, typ_cd VARCHAR);
COMMENT ON TABLE gl IS 'Goals';
COMMENT ON COLUMN gl.clb_cd IS 'Club that the goal counts for';
COMMENT ON COLUMN gl.ast_id IS 'Player who gave the assist';
COMMENT ON COLUMN gl.typ_cd IS 'OP open play, HD header, PN penalty, FK direct free kick, OG own goal';
INSERT INTO gl
SELECT row_number() OVER (ORDER BY mtch_id, mn, sd, n), mtch_id, cb, 4000 + 14 * pl + list_position(cl, CASE WHEN ty = 'OG' THEN op ELSE cb END) - 1, CASE WHEN ty IN ('OP', 'HD') AND h(k, 35, 4) > 0 THEN 4000 + 14 * ((pl + 1 + h(k, 36, 11)) % 13) + list_position(cl, cb) - 1 END, mn, ty
FROM (SELECT *, mtch_id * 20 + sd * 10 + n k, CASE WHEN n <= ht THEN 1 + h(k, 31, 45) ELSE 46 + h(k, 31, 48) END mn, ['OP','OP','OP','OP','HD','HD','PN','FK','OP','OG','OP','PN','HD','OP'][h(k, 32, 14) + 1] ty, CASE WHEN ty = 'OG' THEN [1, 2, 3, 4, 8, 9, 12, 8][1 + h(k, 37, 8)] WHEN h(k, 33, 5) < 3 THEN [8, 9, 12, 8][h(k, 34, 4) + 1] ELSE 1 + h(k, 34, 12) END pl
 FROM (SELECT mtch_id, 0 sd, hm_clb cb, aw_clb op, hg_ht ht, unnest(range(1, hg + 1))::INTEGER n FROM mtch WHERE hg > 0 UNION ALL SELECT mtch_id, 1, aw_clb, hm_clb, ag_ht, unnest(range(1, ag + 1))::INTEGER FROM mtch WHERE ag > 0)),
 (SELECT ['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','BRE','ULV','KVE'] cl);

CREATE TABLE stnd (ssn_cd VARCHAR REFERENCES ssn, clb_cd VARCHAR REFERENCES clb, gp INTEGER, w INTEGER, d INTEGER, l INTEGER, gf INTEGER, ga INTEGER, gd INTEGER, pts INTEGER, w_h INTEGER, w_a INTEGER, gf_h INTEGER, gf_a INTEGER, ga_h INTEGER, ga_a INTEGER, pos INTEGER, PRIMARY KEY (ssn_cd, clb_cd));
INSERT INTO stnd
SELECT *, row_number() OVER (PARTITION BY ssn_cd ORDER BY pts DESC, gd DESC, gf DESC, cb) FROM (SELECT ssn_cd, cb, count(*), count(*) FILTER (WHERE f > a) w, count(*) FILTER (WHERE f = a) d, count(*) FILTER (WHERE f < a), sum(f) gf, sum(a) ga, gf - ga gd, 3 * w + d pts, count(*) FILTER (WHERE f > a AND hm), count(*) FILTER (WHERE f > a AND NOT hm),
  sum(f) FILTER (WHERE hm), sum(f) FILTER (WHERE NOT hm), sum(a) FILTER (WHERE hm), sum(a) FILTER (WHERE NOT hm) FROM (SELECT ssn_cd, hm_clb cb, hg f, ag a, true hm FROM mtch WHERE stat_cd = 'F' UNION ALL SELECT ssn_cd, aw_clb, ag, hg, false FROM mtch WHERE stat_cd = 'F') GROUP BY ssn_cd, cb);
UPDATE ssn SET chmp_clb = (SELECT clb_cd FROM stnd WHERE stnd.ssn_cd = ssn.ssn_cd AND pos = 1) WHERE ssn_cd IN ('S23', 'S24');

CREATE TABLE plyr_ssn (plyr_id INTEGER REFERENCES plyr, ssn_cd VARCHAR REFERENCES ssn, clb_cd VARCHAR REFERENCES clb, gp INTEGER, gs INTEGER, mn_pl INTEGER, sub_in INTEGER, sub_out INTEGER, sh INTEGER, sot INTEGER, ps_att INTEGER, ps_cmp INTEGER, crs INTEGER, tkl INTEGER, tkl_won INTEGER, intc INTEGER, fl_com INTEGER, fl_drw INTEGER, ofs INTEGER, yc INTEGER, rc INTEGER, sv INTEGER, cs INTEGER, PRIMARY KEY (plyr_id, ssn_cd));
INSERT INTO plyr_ssn
SELECT plyr_id, ssn_cd, cb, gp, gs, gs * 84 + (gp - gs) * 22 - h(k, 3, 40), gp - gs, gs * h(k, 4, 40) // 100, sh, sh * (25 + h(k, 5, 30)) // 100, pa, pa * (66 + h(k, 6, 26)) // 100, CASE WHEN pos_cd <> 'GK' THEN h(k, 7, 50) END, tk, tk * (50 + h(k, 8, 40)) // 100, h(k, 9, 45), h(k, 10, 35), h(k, 11, 32), CASE WHEN pos_cd = 'FW' THEN h(k, 12, 22) ELSE h(k, 12, 4) END,
  h(k, 13, 8), (h(k, 14, 9) = 0)::INTEGER, CASE WHEN pos_cd = 'GK' THEN gp * (2 + h(k, 15, 3)) END, CASE WHEN pos_cd = 'GK' THEN h(k, 16, gp // 3 + 1) END
FROM (SELECT *, plyr_id * 100 + y k, least(t.gp, 8 + h(k, 1, 16)) gp, gp - h(k, 2, 1 + gp // 2) gs, CASE pos_cd WHEN 'FW' THEN 18 + h(k, 17, 60) WHEN 'GK' THEN 0 ELSE 4 + h(k, 17, 30) END sh, gp * (16 + h(k, 18, 34)) pa, CASE WHEN pos_cd = 'GK' THEN 0 ELSE 5 + h(k, 19, 60) END tk
 FROM (SELECT *, ['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','BRE','ULV','KVE'][(plyr_id - 4000) % 14 + 1] cb FROM plyr) p JOIN (SELECT ssn_cd, clb_cd tc, gp, substr(ssn_cd, 2)::INTEGER y FROM stnd) t ON tc = cb WHERE h(plyr_id * 100 + y, 20, 8) > 0);

CREATE TABLE trf (trf_id INTEGER PRIMARY KEY, plyr_id INTEGER REFERENCES plyr, fr_clb VARCHAR REFERENCES clb, to_clb VARCHAR REFERENCES clb, trf_dt DATE, typ VARCHAR, fee_k INTEGER, ctr_yrs INTEGER, agt_nm VARCHAR);
COMMENT ON COLUMN trf.fr_clb IS 'Selling club; empty = from outside the league';
COMMENT ON COLUMN trf.to_clb IS 'Buying club; empty = to outside the league';
INSERT INTO trf
SELECT i, 4000 + h(i, 51, 196), CASE WHEN h(i, 52, 4) > 0 THEN a END, CASE WHEN h(i, 52, 4) = 0 OR h(i, 53, 5) > 0 THEN cl[(h(i, 54, 14) + CASE WHEN h(i, 54, 14) = h(i, 55, 14) THEN 1 ELSE 0 END) % 14 + 1] END, CASE h(i, 56, 2) WHEN 0 THEN make_date(2023 + h(i, 57, 3), 1, 3) + h(i, 58, 80) ELSE make_date(2023 + h(i, 57, 2), 7, 1) + h(i, 58, 60) END, ty, CASE ty WHEN 'PERM' THEN 10 * (2 + h(i, 59, 130)) WHEN 'LOAN' THEN CASE WHEN h(i, 59, 2) = 0 THEN 5 * (1 + h(i, 60, 12)) END WHEN 'FREE' THEN 0 END,
  CASE WHEN ty = 'LOAN' THEN NULL ELSE 1 + h(i, 61, 4) END, CASE WHEN h(i, 62, 3) > 0 THEN ['Nordstjerne Sports','Brandvik Management','Olav Rye','Solo Football AB','K. Thorsen'][h(i, 63, 5) + 1] END
FROM (SELECT i, cl, cl[h(i, 55, 14) + 1] a, ['PERM','PERM','FREE','LOAN','PERM','FREE','LOAN'][h(i, 64, 7) + 1] ty FROM generate_series(1, 150) g(i), (SELECT ['HVB','GRA','LKS','VIM','STO','DAL','FJE','NYB','SKA','ROS','TOR','BRE','ULV','KVE'] cl));
