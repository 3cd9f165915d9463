using System.Text.Json.Nodes;

namespace Profiler.Lab.Tests;

/// <summary>
/// What a shutdown is: processes of all kinds live and end, each with a stopwatch beside it that knows nothing of vfioscope.
/// On the oldest kernel resets take milliseconds.
/// </summary>
public sealed class LivesTests
{
    private const int Devices = 16;

    private static readonly GuestPerKernel Guest = new(Run);

    public static TheoryData<string, string> Cases => Rows(LifeCases.Scenes.SelectMany(s => s));

    public static TheoryData<string, string> Two => Rows(LifeCases.Two);

    public static TheoryData<string> Kernels => [.. LabScript.Kernels("6.12", "5.10")];

    [Theory]
    [MemberData(nameof(Cases))]
    [MemberData(nameof(Two))]
    public void A_shutdown_is_what_one_cause_brought_about(string kernel, string name)
    {
        (LifeReport report, string who, LifeCase story) = Find(kernel, name);
        IReadOnlyList<string> disagreements = report.Disagreements(who, story);
        Assert.True(disagreements.Count == 0, string.Join('\n', [$"{kernel}: {name}: {story.Steps}", .. disagreements]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [MemberData(nameof(Two))]
    public void Each_release_belongs_to_one_and_the_phases_are_the_wall_time(string kernel, string name)
    {
        (LifeReport report, string who, LifeCase story) = Find(kernel, name);
        IReadOnlyList<string> broken = report.Broken(who, story.Devices);
        Assert.True(broken.Count == 0, string.Join('\n', [$"{kernel}: {name}: {story.Steps}", .. broken]));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Two_that_die_at_once_are_not_said_to_be_parallel(string kernel)
    {
        JsonNode report = Guest[kernel].Json("two.json");
        Assert.DoesNotContain(report["releases"]!["findings"]!.AsArray(), f => f!["id"]!.GetValue<string>() == "parallel");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void All_of_it_was_seen(string kernel)
    {
        JsonNode report = Guest[kernel].Json("scenes.json"), capture = report["capture"]!;
        Assert.True(capture["complete"]!.GetValue<bool>(), capture.ToJsonString());
        Assert.Equal(0, capture["events_lost"]!.GetValue<long>());
        Assert.Equal(0, capture["events_unmatched"]!.GetValue<long>());
        JsonArray shutdowns = report["shutdowns"]!.AsArray();
        Assert.Equal(report["releases"]!["count"]!.GetValue<int>(), shutdowns.Sum(s => s!["devices"]!.AsArray().Count));
        Assert.Equal(shutdowns.Count, report["histograms"]!["shutdown"]!["count"]!.GetValue<int>());
        Assert.Equal(
            shutdowns.Sum(s => s!["wall_ns"]!.GetValue<long>()), report["histograms"]!["shutdown"]!["sum_ns"]!.GetValue<long>());
    }

    private static (LifeReport Report, string Who, LifeCase Story) Find(string kernel, string name)
    {
        LabGuest guest = Guest[kernel];
        for (int scene = 0; scene < LifeCases.Scenes.Length; scene++)
        {
            int place = Array.FindIndex(LifeCases.Scenes[scene], c => c.Name == name);
            if (place >= 0)
                return (new LifeReport(guest.Json("scenes.json"), new ActorLog(guest.Text($"scene{scene}.log")), Slow(kernel)),
                    Letter(place), LifeCases.Scenes[scene][place]);
        }
        int two = Array.FindIndex(LifeCases.Two, c => c.Name == name);
        return (new LifeReport(guest.Json("two.json"), new ActorLog(guest.Text("two.log")), Slow(kernel)), Letter(two), LifeCases.Two[two]);
    }

    private static LabGuest Run(string kernel)
    {
        IEnumerable<string> scenes = LifeCases.Scenes.Select((scene, number) => Actors($"scene{number}", scene));
        return LabGuest.Run(
            $$"""
            record() {
                out/vfioscope record -o "$OUT/$1.vfioscope" -- bash -euo pipefail "$OUT/$1.sh"
                out/vfioscope report "$OUT/$1.vfioscope" --format json -o "$OUT/$1.json"
            }
            cat >"$OUT/scenes.sh" <<'END'
            {{string.Join("\n", scenes)}}
            END
            cat >"$OUT/two.sh" <<'END'
            {{Actors("two", LifeCases.Two)}}
            END
            record scenes
            record two
            """,
            Devices, kernel);
    }

    // One call of the actor for all that goes on at the same time. What a kernel cannot show is played all the same.
    private static string Actors(string name, LifeCase[] scene)
    {
        string steps = string.Join(" / ", scene.Select(c => c.Steps));
        IEnumerable<string> cues = scene.SelectMany((c, place) => c.Cues.Select(cue => Cue(cue, Letter(place))));
        return $"tests/lab/actor \"$OUT/{name}.log\" '{steps}' {string.Join(' ', cues)}";
    }

    // By its own mark, or by that of its first child: "TERM@1.sleep.begin+3".
    private static string Cue(string cue, string who)
    {
        int at = cue.IndexOf('@', StringComparison.Ordinal) + 1;
        return cue.Insert(at, char.IsDigit(cue[at]) ? who : who + ".");
    }

    private static string Letter(int place) => $"{(char)('a' + place)}";

    private static bool Slow(string kernel) => kernel != "5.10";

    private static TheoryData<string, string> Rows(IEnumerable<LifeCase> cases)
    {
        var rows = new TheoryData<string, string>();
        foreach (string kernel in LabScript.Kernels("6.12", "5.10"))
        {
            foreach (LifeCase story in cases.Where(c => Slow(kernel) || !c.SlowResets))
                rows.Add(kernel, story.Name);
        }
        return rows;
    }
}
