-- Run once, on the first start, by root and in the database that DB_NAME names. Whatever the
-- `mariadb` client reads may stand here. The table must be `items`, which the API and the probe read.

CREATE TABLE items (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  description VARCHAR(500) NOT NULL
);

INSERT INTO items (name, description) VALUES
  ('Rack screwdriver', 'Magnetic, for M6 cage nuts; the one that is always missing.'),
  ('Patch cable 2 m', 'Category 6A <RJ45 & shielded>, with a clip that does not break.'),
  ('Label printer', 'Prints what the cable is, so that nobody pulls it to find out.'),
  ('Console cable', 'USB to RJ45, for the switch that answers nowhere else.'),
  ('Café card', 'Ten coffees for the night shift; sugar is 100 % free.'),
  ('Torch', 'For the back of the rack, and for power cuts.');
