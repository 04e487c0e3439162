"""What an element lacks, in the words of the panel in which a person fills it in; what files call it in brackets."""

from __future__ import annotations

from app.kernel.errors import msg

FORM = msg("The user task has no form: choose one under Handling, Form (in the file: zeebe:formDefinition formId).")
GROUP = msg("Nobody is named who does this task, so nobody will see it: choose a group under Handling, Who does it "
            "(in the file: zeebe:assignmentDefinition candidateGroups).")
JOB = msg("It is not said what the system does here: choose it under Work of the system, What is done (in the file: "
          "zeebe:taskDefinition type).")
SCRIPT = msg("The script task needs a formula and a variable for its result: fill in FEEL expression and Result "
             "variable under Script (in the file: zeebe:script).")
DECISION = msg("The business rule task needs a decision and a variable for its answer: choose Decision and fill in "
               "Result variable under Called decision (in the file: zeebe:calledDecision).")
PROCESS = msg("It is not said which process is called: choose it under Called process, Process (in the file: "
              "zeebe:calledElement processId).")
LIST = msg("It is not said for which list this is repeated: write a formula under Multi-instance, Input collection "
           "(in the file: inputCollection).")
COLLECTED = msg("Output collection and Output element belong together: fill in both or none (in the file: "
                "outputCollection, outputElement).")
ACTIVE = msg("It is not said which elements of the ad-hoc subprocess begin: write a formula under Active elements, "
             "Active elements collection (in the file: zeebe:adHoc activeElementsCollection).")
CLOCK = msg("No clock runs while this task is open: give it a due date or a timer, or let this element or one before "
            "it start a clock, under Clocks (in the file: deadline.start).")
KEY = msg("It is not said for which case the message %(name)s is meant: write a formula under Message, Subscription "
          "correlation key, such as case_id (in the file: correlationKey).")
TIMER = msg("It is not said when the timer goes off: choose a clock under Timer, By a clock, or write one date, "
            "duration or cycle.")
MESSAGE = msg("No message is chosen: choose it under Message (in the file: messageRef).")
SIGNAL = msg("No signal is chosen: choose it under Signal (in the file: signalRef).")
ESCALATION = msg("No escalation with a code is chosen: choose or make one under Escalation (in the file: "
                 "escalationRef).")
ERROR = msg("No error with a code is chosen: choose or make one under Error (in the file: errorRef).")
LINK = msg("The link has no name: write it under Link; the event that it leads to bears the same name.")
CONDITION = msg("It is not said which condition is waited for: write a formula under Condition (in the file: "
                "condition, which starts with =).")
