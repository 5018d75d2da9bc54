mod categories;
mod given;
mod hand;
mod hostile;
mod prebins;
mod properties;
