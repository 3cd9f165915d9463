using Profiler.Core.Facts;
using Profiler.Core.Spans;
using Profiler.Host.Pci;

namespace Profiler.Host;

/// <summary>
/// What resets have done to devices. A look at a device that is being reset waits until that is over, so that nothing else may wait for it;
/// it is for one thread at a time.
/// </summary>
/// <param name="facts">Gets the damages; knows the devices.</param>
/// <param name="health">Looks at devices.</param>
public sealed class DeviceDamages(HostFacts facts, DeviceHealth health)
{
    /// <summary>Maximum number of damages that are kept.</summary>
    public const int MaxKept = HostIdentities.MaxEnded;

    private readonly Queue<ResetDamage> _damages = new();

    /// <summary>Whether there is a device to look at.</summary>
    public static bool Concerns(Activity activity) => activity is Operation { IsPci: true };

    /// <summary>Looks at all devices that are known.</summary>
    public void Begin()
    {
        foreach (string bdf in facts.Devices.Keys)
            health.Begin(bdf);
    }

    /// <summary>Looks at the devices of an operation that has ended. A hot reset is one of all devices on the bus.</summary>
    public void Learn(Operation operation)
    {
        IReadOnlyList<string> others = operation.Kind == OperationKind.HotReset && facts.Devices.TryGetValue(operation.Device, out DeviceIdentity? known)
            ? known.DevSetMates
            : [];
        foreach (ResetDamage damage in others.Prepend(operation.Device).SelectMany(bdf => health.After(bdf, operation)))
        {
            facts.Add(damage);
            _damages.Enqueue(damage);
            if (_damages.Count > MaxKept)
                facts.Remove(_damages.Dequeue());
        }
    }
}
