// Nothing runs on the page of the working calendar; it has looks of its own.
import './calendar.css';
