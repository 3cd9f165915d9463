using System.Collections.Immutable;
using System.Text;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Stuck;

namespace Profiler.Report.Why;

/// <summary>The answer of <c>why</c> as text.</summary>
public static class WhyText
{
    private const string Indent = "  ";

    /// <param name="answer">The answer.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static string Of(StuckAnswer answer, int width)
    {
        var text = new StringBuilder();
        string looks = $"two looks {Figures.Text(answer.ApartNs)} apart";
        Paragraph.Append(
            text, answer.Threads.IsEmpty
                ? $"no thread is in a kernel function of VFIO ({looks})"
                : $"{Figures.Count(answer.Threads.Length, "thread")} in kernel functions of VFIO ({looks})", width, "", "");
        foreach (StuckThread thread in answer.Threads)
            Thread(text, thread, width);
        Devices(text, answer.Devices, width);
        return text.ToString();
    }

    private static void Thread(StringBuilder text, StuckThread t, int width)
    {
        text.Append('\n');
        string thread = t.Look.Tid == t.Process.Pid ? "" : $", thread {t.Look.Comm} ({t.Look.Tid})";
        Paragraph.Append(text, $"{t.Look.State} {Name(t.Process)}{thread} {Doing(t)}", width, "", Indent);
        if (Wait(t) is { } wait)
            Paragraph.Append(text, wait, width, Indent, Indent + Indent);
        Paragraph.Append(text, Seen(t), width, Indent, Indent + Indent);
        if (!t.Look.Stack.IsEmpty)
            Paragraph.Append(text, $"stack: {string.Join(" < ", t.Look.Stack.Select(Short))}", width, Indent, Indent + Indent);
    }

    private static string Doing(StuckThread t)
    {
        string device = t.Device is { } its ? its.Certain ? its.Bdf : $"probably {its.Bdf}" : "a device";
        // That it waits for a lock is concluded, and said in a line of its own.
        string step = t.Step == KernelStep.LockWait ? "" : t.Step.Words();
        return t.Activity.Words(device) + (step.Length == 0 ? "" : $": {step}");
    }

    private static string? Wait(StuckThread t)
    {
        if (t.Wait is not { } wait)
            return null;
        if (wait.Lock is not { } wanted)
        {
            return wait.Holders.IsEmpty
                ? "no process was found that has it open"
                : $"waits for {string.Join(", ", wait.Holders.Select(h => (h.Certain ? "" : "probably ") + Name(h.Process)))}";
        }
        string holders = wait.Holders switch
        {
            [] => "its holder is unknown",
            [var only] => $"probably held by {Holder(only)}",
            _ => $"probably held by one of {string.Join(", ", wait.Holders.Select(Holder))}",
        };
        return $"probably waits for {wanted.Words()}; {holders}";
    }

    private static string Holder(StuckHolder h)
    {
        string step = h.Step.Words();
        return $"{Name(h.Process)}{(h.Tid is { } tid && tid != h.Process.Pid ? $", thread {tid}," : ",")} which {h.Activity.Words("a device")}{(step.Length == 0 ? "" : $" ({step})")}";
    }

    private static string Seen(StuckThread t) =>
        t.Function is not { } function ? $"in state {t.Look.State}; the kernel shows no stack"
        : t.SeenNs == 0 ? $"in {function}, in the later look only"
        : $"in {function}, in both looks, {Figures.Text(t.SeenNs)} apart" + t.Ran switch
        {
            true => "; it ran in between",
            false => "; it did not run in between",
            null => "",
        };

    private static void Devices(StringBuilder text, ImmutableArray<StuckDevice> devices, int width)
    {
        if (devices.IsEmpty)
        {
            text.Append("\nno device is bound to a VFIO driver\n");
            return;
        }
        text.Append("\ndevices\n");
        foreach (StuckDevice d in devices)
        {
            string group = d.Identity.IommuGroup is { } number ? $"group {number}" : "no group";
            string users = d.Users.IsEmpty
                ? d.Enabled ? "in use, by no process that was found" : "not in use"
                : string.Join(", ", d.Users.Select(u => $"{Name(u.Process)} {u.Use.Words(u.Certain)}"));
            Paragraph.Append(text, $"{d.Identity.Bdf} {d.Identity.Driver ?? "no driver"}, {group}: {users}", width, Indent, Indent + Indent);
        }
    }

    private static string Name(ProcessLook process) => ProcessNames.Of(process.Pid, process.Comm, process.Vm);

    // Without offset, size and module.
    private static string Short(string frame) => KernelFunctions.FunctionOf(frame);
}
