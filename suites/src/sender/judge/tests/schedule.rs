use super::*;

const STATUS: &[Answered] = &[Answered::Status(503)];

/// So many events with the same gaps.
fn equal(events: usize, gaps: &[f64]) -> Recording {
    let mut recording = exact();
    for _ in 0..events {
        add(&mut recording, gaps, STATUS);
    }
    recording
}

/// Events whose gaps are a schedule times numbers that go evenly through a range, differently for each.
fn scattered(events: usize, gaps: &[f64], from: f64, to: f64) -> Recording {
    let mut recording = exact();
    for event in 0..events {
        let gaps: Vec<f64> = gaps
            .iter()
            .enumerate()
            .map(|(index, gap)| {
                let step = (event * 7 + index * 5) % 16;
                gap * (from + (to - from) * (f64::from(u32::try_from(step).unwrap()) + 0.5) / 16.0)
            })
            .collect();
        add(&mut recording, &gaps, STATUS);
    }
    recording
}

#[test]
fn the_documented_schedule_passes_with_any_factor_and_any_number_of_events() {
    for factor in [1.3, 1.5, 2.0, 3.0, 4.0, 10.0] {
        for events in [1, 2, 3, 8, 16] {
            let recording = equal(events, &documented(1.0, factor, 60.0));
            assert_eq!(not_met(&recording), [], "×{factor}, {events} events");
            for rule in [
                "retries",
                "largest-delay",
                "duration",
                "retries-in-all",
                "silence-after-give-up",
            ] {
                assert_eq!(
                    verdict(&recording, rule),
                    Verdict::Pass,
                    "{rule}, ×{factor}, {events} events"
                );
            }
        }
    }
}

#[test]
fn one_exact_event_without_jitter_is_enough() {
    let recording = equal(1, &documented(1.0, 2.0, 60.0));
    for rule in ["first-delay", "growth", "ratios", "reaches-the-cap"] {
        assert_eq!(verdict(&recording, rule), Verdict::Pass, "{rule}");
    }
}

#[test]
fn jitter_of_every_usual_range_passes() {
    let schedule = documented(1.0, 2.0, 60.0);
    for (from, to) in [(0.5, 1.0), (0.0, 1.0), (0.9, 1.1)] {
        // As many delays as make ten minutes.
        let mean: f64 = f64::midpoint(from, to);
        let mut gaps = schedule.clone();
        while gaps.iter().sum::<f64>() * mean < 570.0 {
            gaps.push(60.0);
        }
        assert_eq!(not_met(&scattered(16, &gaps, from, to)), [], "{from} to {to}");
    }
}

#[test]
fn jitter_over_the_cap_warns() {
    let recording = scattered(16, &documented(1.0, 2.0, 60.0), 0.75, 1.25);
    assert_eq!(not_met(&recording), [("olbrain.retry.cap", Verdict::Warn)]);
}

/// The rows that these gaps break, at eight exact events.
fn broken(gaps: &[f64]) -> Vec<&'static str> {
    not_met(&equal(8, gaps))
        .into_iter()
        .filter(|(_, verdict)| *verdict == Verdict::Fail)
        .map(|(row, _)| row)
        .collect()
}

#[test]
fn each_wrong_number_breaks_its_own_row() {
    assert_eq!(broken(&documented(5.0, 2.0, 60.0)), ["olbrain.retry.start"]);
    assert_eq!(broken(&documented(2.0, 2.0, 60.0)), ["olbrain.retry.start"]);
    assert_eq!(broken(&documented(0.1, 2.0, 60.0)), ["olbrain.retry.start"]);
    assert_eq!(broken(&documented(1.0, 2.0, 10.0)), ["olbrain.retry.exponential"]);
    assert_eq!(broken(&documented(1.0, 2.0, 30.0)), ["olbrain.retry.exponential"]);
    assert_eq!(broken(&documented(1.0, 2.0, 1e9)), ["olbrain.retry.cap"]);
    assert_eq!(broken(&documented(1.0, 2.0, 300.0)), ["olbrain.retry.cap"]);
    let linear: Vec<f64> = (1..=34).map(f64::from).collect();
    assert_eq!(broken(&linear), ["olbrain.retry.exponential"]);
    let minute = &documented(1.0, 2.0, 60.0)[..6];
    assert_eq!(broken(minute), ["olbrain.retry.attempts", "olbrain.retry.giveup"]);
    let hour: Vec<f64> = documented(1.0, 2.0, 60.0).into_iter().chain([60.0; 50]).collect();
    assert_eq!(broken(&hour), ["olbrain.retry.giveup"]);
}

#[test]
fn constant_delays_do_not_grow() {
    for (delay, count) in [(1.0, 600), (5.0, 120), (60.0, 10)] {
        assert!(
            broken(&vec![delay; count]).contains(&"olbrain.retry.exponential"),
            "{delay}"
        );
    }
}

#[test]
fn a_sender_that_retries_at_once_breaks_the_start() {
    let mut recording = equal(8, &[0.0; 80]);
    assert!(not_met(&recording).contains(&("olbrain.retry.start", Verdict::Fail)));
    recording.attempts.retain(|attempt| attempt.event == 0);
    assert!(not_met(&recording).contains(&("olbrain.retry.start", Verdict::Fail)));
}

#[test]
fn a_first_retry_at_once_breaks_the_start() {
    let mut gaps = documented(1.0, 2.0, 60.0);
    gaps[0] = 0.0;
    assert_eq!(broken(&gaps), ["olbrain.retry.start"]);
}

#[test]
fn scattered_delays_of_few_events_decide_no_statistic() {
    let recording = scattered(4, &[10.0; 60], 0.5, 1.5);
    let judgements = judge(&recording);
    for rule in ["growth", "first-delay-late", "reaches-the-cap"] {
        assert_eq!(of(&judgements, rule).verdict, Verdict::Skip, "{rule}");
        assert!(
            of(&judgements, rule)
                .note
                .as_ref()
                .unwrap()
                .contains("send 8 or more")
        );
    }
}

#[test]
fn one_long_gap_decides_nothing() {
    let mut gaps = documented(1.0, 2.0, 60.0);
    for place in 0..gaps.len() {
        let kept = std::mem::replace(&mut gaps[place], 119.0);
        let mut recording = equal(1, &gaps);
        recording.mode = Mode::Real;
        assert!(
            not_met(&recording)
                .iter()
                .all(|(row, _)| *row != "olbrain.retry.cap"),
            "gap {place}: {:?}",
            not_met(&recording)
        );
        assert!(
            not_met(&recording)
                .iter()
                .all(|(_, verdict)| *verdict != Verdict::Fail),
            "gap {place}: {:?}",
            not_met(&recording)
        );
        gaps[place] = kept;
    }
}

#[test]
fn attempts_after_giving_up_are_seen_as_such() {
    let mut gaps = documented(1.0, 2.0, 60.0);
    gaps.extend([300.0, 1.0, 2.0]);
    assert_eq!(broken(&gaps), ["olbrain.retry.giveup.final"]);
    // One attempt after one long gap of one event in real time may be a pause of the host.
    gaps.truncate(gaps.len() - 2);
    let mut alone = equal(1, &gaps);
    assert_eq!(verdict(&alone, "silence-after-give-up"), Verdict::Fail);
    alone.mode = Mode::Real;
    assert_eq!(verdict(&alone, "silence-after-give-up"), Verdict::Skip);
}

#[test]
fn what_was_not_watched_is_undecided() {
    // A smoke test of 31 seconds.
    let mut recording = equal(8, &[1.0, 2.0, 4.0, 8.0, 16.0]);
    recording.watched_until = Duration::from_secs(32);
    let judgements = judge(&recording);
    for rule in [
        "largest-delay",
        "duration",
        "retries-in-all",
        "silence-after-give-up",
        "reaches-the-cap",
        "growth",
    ] {
        assert_eq!(of(&judgements, rule).verdict, Verdict::Skip, "{rule}");
    }
    assert_eq!(of(&judgements, "first-delay").verdict, Verdict::Pass);
    assert_eq!(of(&judgements, "retries").verdict, Verdict::Pass);
}

#[test]
fn an_overhead_that_was_measured_is_not_held_against_the_sender() {
    let slow = |scale: f64, added: f64| {
        let gaps: Vec<f64> = documented(1.0, 2.0, 60.0)
            .iter()
            .map(|gap| gap + added / scale)
            .collect();
        let mut recording = Recording {
            mode: Mode::Scaled,
            scale,
            ..exact()
        };
        for _ in 0..16 {
            add(&mut recording, &gaps, STATUS);
        }
        recording.overhead = Some(crate::sender::Overhead {
            host: Duration::ZERO,
            client: Duration::from_secs_f64(added),
        });
        recording
    };
    // 100 ms are 5 s of the schedule at this scale: nothing can be said about the start.
    let large = slow(0.02, 0.1);
    assert_eq!(verdict(&large, "first-delay"), Verdict::Skip);
    assert!(not_met(&large).is_empty(), "{:?}", not_met(&large));
    let small = slow(0.02, 0.008);
    assert_eq!(verdict(&small, "first-delay"), Verdict::Pass);
    // Five seconds are five seconds where nothing was measured that explains them.
    let mut unexplained = slow(0.02, 0.1);
    unexplained.overhead = Some(crate::sender::Overhead::default());
    assert_eq!(verdict(&unexplained, "first-delay"), Verdict::Fail);
}

#[test]
fn factor_and_jitter_are_observed() {
    let judgements = judge(&equal(8, &documented(1.0, 2.0, 60.0)));
    assert_eq!(of(&judgements, "factor").verdict, Verdict::Observed);
    assert_eq!(of(&judgements, "factor").value, "about 2.00");
    assert_eq!(
        of(&judgements, "jitter").value,
        "none seen: senders that fail together will try again together"
    );
}

#[test]
fn every_judgement_says_what_it_rests_on() {
    for recording in [
        equal(16, &documented(1.0, 2.0, 60.0)),
        scattered(16, &[10.0; 60], 0.5, 1.5),
        one(&[1.0, 2.0], &[503, 404, 200]),
    ] {
        for judgement in judge(&recording) {
            let texts = [
                judgement.rule,
                judgement.statistic,
                &judgement.threshold,
                &judgement.false_alarm,
            ];
            assert!(texts.iter().all(|text| !text.is_empty()), "{judgement:?}");
            assert!(
                !judgement.value.is_empty() || judgement.note.is_some(),
                "{judgement:?}"
            );
        }
    }
}

#[test]
fn squares_with_full_jitter_are_found_and_powers_are_not() {
    let squares: Vec<f64> = (1..=13_i32)
        .map(|step| f64::from(step.pow(2)).min(60.0))
        .collect();
    for from in [0.0, 0.5] {
        let recording = scattered(16, &squares, from, 1.0);
        assert_eq!(verdict(&recording, "not-slowing"), Verdict::Fail, "from {from}");
    }
    for factor in [1.3, 2.0, 3.0, 4.0] {
        let recording = scattered(16, &documented(1.0, factor, 60.0), 0.0, 1.0);
        if !silent(&recording, "not-slowing") {
            assert_eq!(verdict(&recording, "not-slowing"), Verdict::Pass, "×{factor}");
        }
    }
    // Whose delays have a floor follows no factor from one delay to the next.
    assert!(silent(&scattered(16, &squares, 1.0, 3.0), "not-slowing"));
}

#[test]
fn a_late_start_with_full_jitter_is_found() {
    for (start, expected) in [
        (1.0, Verdict::Pass),
        (2.0, Verdict::Pass),
        (5.0, Verdict::Fail),
        (10.0, Verdict::Fail),
    ] {
        let recording = scattered(16, &documented(start, 2.0, 60.0), 0.0, 1.0);
        assert_eq!(verdict(&recording, "first-delays-long"), expected, "{start} s");
    }
    // Decorrelated jitter reaches up to 3 s, and never down.
    let decorrelated = scattered(16, &documented(1.0, 2.0, 60.0), 1.0, 3.0);
    assert_eq!(verdict(&decorrelated, "first-delays-long"), Verdict::Pass);
}

#[test]
fn one_long_first_delay_alone_fails_nobody() {
    let mut recording = scattered(15, &documented(1.0, 2.0, 60.0), 0.0, 1.0);
    let mut gaps = documented(1.0, 2.0, 60.0);
    gaps[0] = 40.0;
    add(&mut recording, &gaps, STATUS);
    assert_eq!(verdict(&recording, "first-delays-long"), Verdict::Pass);
}

#[test]
fn a_second_on_top_that_is_drawn_high_each_time_is_no_late_start() {
    // All first delays near 2 s: what is added to the later ones shows that it is drawn.
    let mut recording = exact();
    for event in 0..8 {
        let added = [0.8, 0.2, 0.5, 0.0, 0.9, 0.4, 0.7, 0.6, 0.3, 0.5, 0.8, 0.9, 0.6];
        let gaps: Vec<f64> = documented(1.0, 2.0, 60.0)
            .iter()
            .enumerate()
            .map(|(index, gap)| match index {
                0 => 1.7 + f64::from(event) * 0.03,
                _ => (gap + added[(index * 3 + usize::try_from(event).unwrap() * 5) % 13]).min(60.0),
            })
            .collect();
        add(&mut recording, &gaps, STATUS);
    }
    assert_ne!(verdict(&recording, "first-delay"), Verdict::Fail);
}
