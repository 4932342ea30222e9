// Nothing runs on the pages of time limits; they have looks of their own.
import './deadlines.css';
