//! Owns the workflows: their steps, their tasks, and how one thing follows from another.
//! It must never know HTTP.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::directory::Directory;
use super::super::seed::ADMINISTRATOR;
use super::shelf::Shelf;
use super::{known, moments, person};

/// All workflows.
pub(super) struct Workflows {
    all: Shelf<Workflow>,
    /// Counts up for ever, so that no task id is given twice.
    tasks_made: u64,
}

/// One workflow on one file.
pub(super) struct Workflow {
    pub(super) name: String,
    pub(super) reason: Option<String>,
    pub(super) kind: String,
    pub(super) group_id: String,
    pub(super) entry_id: String,
    pub(super) creator: u64,
    pub(super) created: Timestamp,
    pub(super) steps: Vec<Step>,
    /// Set when it was cancelled.
    pub(super) cancelled: bool,
    /// Set when it was cancelled or its last task was done.
    pub(super) ended: Option<Timestamp>,
}

/// One step: tasks that may be done in any order.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) description: Option<String>,
    pub(super) due: Option<String>,
    pub(super) tasks: Vec<Task>,
}

/// What one person has to do.
pub(super) struct Task {
    /// Empty until the workflow is started.
    id: String,
    pub(super) assignee: u64,
    done: Option<Timestamp>,
}

impl Task {
    /// Something to do for `assignee`.
    pub(super) fn of(assignee: u64) -> Self {
        Self { id: String::new(), assignee, done: None }
    }
}

impl Workflows {
    /// Thirty-two workflows, so that there is more than one page of them and of their tasks.
    pub(super) fn seeded() -> Self {
        let mut workflows = Self { all: Shelf::new(|n| (9000 + n).to_string()), tasks_made: 0 };
        let contract = known::FILES.iter().skip(3);
        for (n, file) in (0..32).zip(contract.chain(known::FILES.iter().cycle())) {
            let created = moments::seeded(-86_400 * (40 - n));
            let step = |name: &str, kind: &str, assignees: [u64; 2]| Step {
                name: name.to_owned(),
                kind: kind.to_owned(),
                description: None,
                due: Some(moments::show(moments::seeded(86_400 * (n + 7)))),
                tasks: assignees.into_iter().map(Task::of).collect(),
            };
            let steps = match n {
                0 => vec![step("Approve", "APPROVAL", [ADMINISTRATOR, 2163])],
                _ => vec![
                    step("Review", "REVIEW", [ADMINISTRATOR, 2117]),
                    step("Approve", "APPROVAL", [ADMINISTRATOR, 2104]),
                ],
            };
            let id = workflows.start(Workflow {
                name: format!("Approve {}", file.name()),
                reason: None,
                kind: if n == 0 { "APPROVAL" } else { "REVIEW_APPROVE" }.to_owned(),
                group_id: file.group_id.to_owned(),
                entry_id: file.entry_ids.first().copied().unwrap_or_default().to_owned(),
                creator: if n % 4 == 3 { 2104 } else { ADMINISTRATOR },
                created,
                steps,
                cancelled: false,
                ended: None,
            });
            // The second, and every third from then on, is over.
            if let Some(workflow) = workflows.all.get_mut(&id).filter(|_| n % 3 == 1) {
                for task in workflow.steps.iter_mut().flat_map(|step| &mut step.tasks) {
                    task.done = Some(created);
                }
                workflow.ended = Some(created);
            }
        }
        workflows
    }

    /// Takes in a workflow and gives its tasks their ids.
    pub(super) fn start(&mut self, mut workflow: Workflow) -> String {
        for task in workflow.steps.iter_mut().flat_map(|step| &mut step.tasks) {
            self.tasks_made += 1;
            task.id = (77_000 + self.tasks_made).to_string();
        }
        self.all.add(workflow)
    }

    /// One workflow.
    pub(super) fn get(&self, id: &str) -> Option<&Workflow> {
        self.all.get(id)
    }

    /// One workflow, to be changed.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Workflow> {
        self.all.get_mut(id)
    }

    /// All workflows, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Workflow)> {
        self.all.iter()
    }

    /// All workflows in full.
    pub(super) fn state(&self, directory: &Directory) -> Value {
        self.iter().map(|(id, workflow)| workflow.detail(id, directory)).collect()
    }
}

impl Workflow {
    /// The state of the whole.
    pub(super) fn status(&self) -> &'static str {
        match (self.cancelled, self.ended) {
            (true, _) => "CANCELLED",
            (false, Some(_)) => "COMPLETED",
            (false, None) => "IN_PROGRESS",
        }
    }

    /// What came of it. Nobody can reject here: there is no public call for it.
    pub(super) fn completion(&self) -> Option<&'static str> {
        (self.status() == "COMPLETED").then_some("APPROVED")
    }

    /// Stops it for good. False when it is over already.
    pub(super) fn cancel(&mut self, now: Timestamp) -> bool {
        let running = self.ended.is_none();
        if running {
            self.cancelled = true;
            self.ended = Some(now);
        }
        running
    }

    /// Whether one of its tasks has this id.
    pub(super) fn has(&self, task: &str) -> bool {
        self.steps.iter().flat_map(|step| &step.tasks).any(|known| known.id == task)
    }

    /// Marks a task as done, and the workflow with its last one. False when the task does not wait.
    pub(super) fn complete(&mut self, task: &str, now: Timestamp) -> bool {
        if self.ended.is_some() {
            return false;
        }
        let at_work = self.steps.iter_mut().find(|step| !step.is_done());
        let waiting = at_work.and_then(|step| {
            step.tasks.iter_mut().find(|known| known.id == task && known.done.is_none())
        });
        let Some(waiting) = waiting else { return false };
        waiting.done = Some(now);
        if self.steps.iter().all(Step::is_done) {
            self.ended = Some(now);
        }
        true
    }

    /// The step at work, from 1 on.
    fn current(&self) -> usize {
        let done = self.steps.iter().take_while(|step| step.is_done()).count();
        (done + 1).min(self.steps.len())
    }

    fn file(&self) -> Value {
        json!({ "groupId": self.group_id, "entryId": self.entry_id })
    }

    /// A workflow in a list.
    pub(super) fn summary(&self, id: &str, directory: &Directory) -> Value {
        let at_work = self.steps.get(self.current().saturating_sub(1));
        let done = at_work.map_or(0, |step| step.tasks.iter().filter(|t| t.done.is_some()).count());
        let mut assignees: Vec<u64> =
            self.steps.iter().flat_map(|step| &step.tasks).map(|task| task.assignee).collect();
        assignees.sort_unstable();
        assignees.dedup();
        json!({
            "id": id,
            "name": self.name,
            "description": null,
            "reasonForChange": self.reason,
            "creationDate": moments::show(self.created),
            "dueDate": self.steps.last().and_then(|step| step.due.clone()),
            "completionDate": self.ended.map(moments::show),
            "workflowDisplayId": format!("WF-{id}"),
            "type": self.kind,
            "status": self.status(),
            "completionStatus": self.completion(),
            "creator": person(directory, self.creator),
            "currentStepNum": self.current(),
            "totalSteps": self.steps.len(),
            "currentStepProgress": {
                "completed": done,
                "total": at_work.map_or(0, |step| step.tasks.len()),
            },
            "assignees": assignees.iter().map(|id| person(directory, *id)).collect::<Vec<_>>(),
            "file": self.file(),
        })
    }

    /// A workflow fetched by id.
    pub(super) fn detail(&self, id: &str, directory: &Directory) -> Value {
        let steps: Vec<Value> = (1..)
            .zip(&self.steps)
            .map(|(number, step)| {
                let status = self.step_status(number, step);
                let tasks: Vec<Value> = step
                    .tasks
                    .iter()
                    .map(|task| {
                        json!({
                            "id": task.id,
                            "assignee": person(directory, task.assignee),
                            "status": task_status(task, step, status),
                            "completionDate": task.done.map(moments::show),
                        })
                    })
                    .collect();
                json!({
                    "name": step.name,
                    "type": step.kind,
                    "description": step.description,
                    "dueDate": step.due,
                    "status": status,
                    "tasks": tasks,
                })
            })
            .collect();
        json!({
            "id": id,
            "name": self.name,
            "reasonForChange": self.reason,
            "status": self.status(),
            "workflowCompletionStatus": self.completion(),
            "creationDate": moments::show(self.created),
            "completionDate": self.ended.map(moments::show),
            "creator": person(directory, self.creator),
            "steps": steps,
        })
    }

    /// What `user` has to do in this workflow, as the list of tasks shows it.
    pub(super) fn tasks_of<'a>(
        &'a self,
        id: &'a str,
        user: u64,
        directory: &'a Directory,
    ) -> impl Iterator<Item = Value> + 'a {
        (1..).zip(&self.steps).flat_map(move |(number, step)| {
            let status = self.step_status(number, step);
            let his = step.tasks.iter().filter(move |task| task.assignee == user);
            his.map(move |task| {
                json!({
                    "id": task.id,
                    "name": step.name,
                    "description": step.description,
                    "creationDate": moments::show(self.created),
                    "dueDate": step.due,
                    "completionDate": task.done.map(moments::show),
                    "status": task_status(task, step, status),
                    "taskType": step.kind,
                    "workflow": { "id": id, "name": self.name },
                    "assigner": person(directory, self.creator),
                    "file": self.file(),
                })
            })
        })
    }

    fn step_status(&self, number: usize, step: &Step) -> &'static str {
        if step.is_done() {
            "COMPLETED"
        } else if self.cancelled {
            "CANCELLED"
        } else if number == self.current() {
            "IN_PROGRESS"
        } else {
            "NOT_STARTED"
        }
    }
}

impl Step {
    fn is_done(&self) -> bool {
        self.tasks.iter().all(|task| task.done.is_some())
    }
}

/// An approval that is done was an approval.
fn task_status(task: &Task, step: &Step, of_step: &'static str) -> &'static str {
    match (task.done, step.kind.as_str()) {
        (Some(_), "APPROVAL") => "APPROVED",
        (Some(_), _) => "COMPLETED",
        (None, _) => of_step,
    }
}
