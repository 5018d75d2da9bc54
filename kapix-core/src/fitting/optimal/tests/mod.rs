mod against_brute_force;
mod brute;
mod known;
