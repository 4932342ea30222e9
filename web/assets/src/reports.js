// Pages of figures need no script of their own; this only brings their style sheet into the bundle.
import './reports.css';
