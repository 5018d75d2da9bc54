mod given;
mod hostile;
mod joined;
mod presets;
mod states;
