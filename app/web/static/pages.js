// Pages work without this; with it, errors take the focus and a button pressed twice sends its form once.
import { Button, ErrorSummary, NotificationBanner, SkipLink, createAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(Button, { preventDoubleClick: true });
createAll(ErrorSummary);
createAll(NotificationBanner);
createAll(SkipLink);
